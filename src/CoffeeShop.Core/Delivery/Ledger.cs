using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>
/// What one destination has applied of one input of a session: the numbers, the sum of their content hashes, and the end
/// once it is known. It is what makes a message that comes twice count once.
/// </summary>
public sealed class Ledger
{
    private readonly NumberSet _applied = new();
    private readonly bool _isSumKnown;
    private ulong _hashSum;
    private TableEnd? _end;

    /// <summary>A ledger of an input whose end is yet to come.</summary>
    /// <param name="input">The input.</param>
    public Ledger(Input input) => (Input, _isSumKnown) = (input, true);

    /// <summary>A ledger of an input that has as many messages as was settled beforehand.</summary>
    /// <param name="input">The input.</param>
    /// <param name="last">The last number.</param>
    public Ledger(Input input, long last) => (Input, _end) = (input, new TableEnd(last, 0));

    /// <summary>The input.</summary>
    public Input Input { get; }

    /// <summary>The last of the messages that have been applied from 1 on without a gap, or 0.</summary>
    public long Applied => _applied.Prefix;

    /// <summary>Whether every message of the input has been applied: exactly 1 … K, and the sum of their hashes is the one of the end.</summary>
    public bool IsComplete => _end is { } end && _applied.IsExactly(end.Last) && (!_isSumKnown || end.HashSum == _hashSum);

    /// <summary>Why what has come cannot become complete any more, or null.</summary>
    public string? Contradiction
    {
        get
        {
            if (_end is not { } end) return null;
            if (_applied.Highest > end.Last)
                return $"{Input}: message {_applied.Highest} has come, but the end says that the last one is {end.Last}.";
            return _isSumKnown && _applied.IsExactly(end.Last) && _hashSum != end.HashSum
                ? $"{Input}: the content hashes of messages 1 to {end.Last} add up to {_hashSum:x16}, but the end says {end.HashSum:x16}: two contents went under one number."
                : null;
        }
    }

    /// <summary>Whether a message has been applied.</summary>
    /// <param name="number">Its number.</param>
    public bool Contains(long number) => _applied.Contains(number);

    /// <summary>Whether an end would say the same as the one that is there.</summary>
    /// <param name="end">The end.</param>
    public bool HasSameEnd(TableEnd end) => _end == end;

    /// <summary>Applies a message.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="hash">Its content hash.</param>
    /// <returns>False when it had been applied before.</returns>
    public bool Apply(long number, ulong hash)
    {
        if (!_applied.Add(number)) return false;
        _hashSum += hash;
        return true;
    }

    /// <summary>Sets the end.</summary>
    /// <param name="end">The end.</param>
    /// <returns>What has been there; a conflict leaves it as it was.</returns>
    public EndOutcome SetEnd(TableEnd end)
    {
        if (!_isSumKnown) throw new InvalidOperationException($"The end of the {Input} is settled.");
        if (_end is { } known) return known == end ? EndOutcome.Equal : EndOutcome.Conflict;
        _end = end;
        return EndOutcome.Set;
    }

    /// <summary>Writes the ledger in canonical form: <code>│ numbers │ hash sum │ 0, or 1 K sum of the end │</code></summary>
    /// <param name="writer">Gets the bytes.</param>
    public void Write(StateWriter writer)
    {
        _applied.Write(writer);
        writer.Natural(_hashSum);
        // A settled end is not written: who reads has settled it already.
        var end = _isSumKnown ? _end : null;
        writer.Natural(end is null ? 0UL : 1);
        if (end is null) return;
        writer.Natural((ulong)end.Value.Last);
        writer.Natural(end.Value.HashSum);
    }

    /// <summary>Reads what <see cref="Write"/> wrote into a new ledger of the same input.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no ledger.</exception>
    public void Read(ref StateReader reader)
    {
        _applied.Read(ref reader);
        _hashSum = reader.Natural();
        if (reader.Natural(max: _isSumKnown ? 1UL : 0) == 1) _end = new TableEnd((long)reader.Natural(max: long.MaxValue), reader.Natural());
    }
}
