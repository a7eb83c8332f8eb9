using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>A set of numbers from 1, kept as intervals: however long an input is, it is small as long as it comes nearly in order.</summary>
public sealed class NumberSet
{
    private readonly List<Interval> _intervals = [];

    /// <summary>The highest number, or 0.</summary>
    public long Highest => _intervals.Count == 0 ? 0 : _intervals[^1].To;

    /// <summary>The last of the numbers that are there from 1 on without a gap, or 0.</summary>
    public long Prefix => _intervals.Count > 0 && _intervals[0].From == 1 ? _intervals[0].To : 0;

    /// <summary>Whether the numbers are exactly 1 … this one.</summary>
    /// <param name="last">The last number; 0 for none.</param>
    public bool IsExactly(long last) => _intervals.Count <= 1 && Prefix == last && Highest == last;

    /// <summary>Whether a number is there.</summary>
    /// <param name="number">The number.</param>
    public bool Contains(long number)
    {
        var at = FirstAtOrAfter(number);
        return at < _intervals.Count && _intervals[at].From <= number;
    }

    /// <summary>Adds a number.</summary>
    /// <param name="number">The number, from 1.</param>
    /// <returns>False when it has been there.</returns>
    public bool Add(long number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        var at = FirstAtOrAfter(number);
        if (at < _intervals.Count && _intervals[at].From <= number) return false;
        var joinsLeft = at > 0 && _intervals[at - 1].To == number - 1;
        var joinsRight = at < _intervals.Count && _intervals[at].From == number + 1;
        var joined = new Interval(joinsLeft ? _intervals[at - 1].From : number, joinsRight ? _intervals[at].To : number);
        if (joinsRight) _intervals.RemoveAt(at);
        if (joinsLeft) _intervals[at - 1] = joined;
        else _intervals.Insert(at, joined);
        return true;
    }

    /// <summary>Adds the numbers from 1 to this one to an empty set.</summary>
    /// <param name="last">The last number; 0 for none.</param>
    public void AddPrefix(long last)
    {
        if (_intervals.Count > 0) throw new InvalidOperationException("The set is not empty.");
        if (last > 0) _intervals.Add(new Interval(1, last));
    }

    /// <summary>Writes the set in canonical form: <code>│ intervals │ first − last of the one before, length − 1 │ … │</code></summary>
    /// <param name="writer">Gets the bytes.</param>
    public void Write(StateWriter writer)
    {
        writer.Natural((ulong)_intervals.Count);
        var previous = 0L;
        foreach (var (from, to) in _intervals)
        {
            writer.Natural((ulong)(from - previous));
            writer.Natural((ulong)(to - from));
            previous = to;
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote into an empty set.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no set.</exception>
    public void Read(ref StateReader reader)
    {
        var previous = 0L;
        for (var count = reader.Natural(); count > 0; count--)
        {
            var step = (long)reader.Natural(max: (ulong)(long.MaxValue - previous));
            // Numbers begin at 1, and intervals that touch are one.
            if (step < (previous == 0 ? 1 : 2)) throw new InvalidDataException("The intervals of a ledger overlap or touch.");
            var from = previous + step;
            previous = from + (long)reader.Natural(max: (ulong)(long.MaxValue - from));
            _intervals.Add(new Interval(from, previous));
        }
    }

    /// <summary>The first interval that ends at a number or after it. Nearly always the last one is asked for.</summary>
    private int FirstAtOrAfter(long number)
    {
        var (low, high) = (0, _intervals.Count);
        if (high > 0 && _intervals[^1].To < number) return high;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_intervals[middle].To < number) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly record struct Interval(long From, long To);
}
