namespace CoffeeShop.Delivery;

/// <summary>
/// The resume mark of a table: every batch up to it can no longer be lost. Batches are confirmed in any order; the mark is the
/// last of those that are confirmed without a gap. It may lag, never lead.
/// </summary>
public sealed class ResumeMark
{
    private readonly NumberSet _confirmed = new();

    /// <summary>The mark of a table from which nothing was confirmed on this connection yet.</summary>
    /// <param name="resumedAt">The mark as the registry has it.</param>
    public ResumeMark(long resumedAt) => _confirmed.AddPrefix(resumedAt);

    /// <summary>The number of the last batch without a gap before it.</summary>
    public long Number => _confirmed.Prefix;

    /// <summary>A batch can no longer be lost.</summary>
    /// <param name="number">The number of the batch; it may be confirmed several times.</param>
    /// <returns>Whether the mark has risen.</returns>
    public bool Confirm(long number)
    {
        var before = Number;
        _confirmed.Add(number);
        return Number > before;
    }
}
