using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>
/// Numbers the batches of a client of version 1 in the order of their arrival. A number is given once a batch is known to be
/// well formed, and stays with that batch until it is confirmed or the session is void.
/// </summary>
public sealed class ArrivalNumbering
{
    private readonly Dictionary<Table, TableEnd> _soFar = [];
    private readonly HashSet<Table> _ended = [];

    /// <summary>The tables that have not ended. FINISHED ends them where they are.</summary>
    public IReadOnlyList<Table> Unfinished => [.. TableRegistry.All.Where(table => !_ended.Contains(table))];

    /// <summary>Whether a table has ended: a batch after that is a structural error.</summary>
    /// <param name="table">The table.</param>
    public bool HasEnded(Table table) => _ended.Contains(table);

    /// <summary>Gives the next number to a batch.</summary>
    /// <param name="table">Its table, which has not ended.</param>
    /// <param name="hash">Its content hash.</param>
    public long Assign(Table table, ulong hash)
    {
        if (HasEnded(table)) throw new InvalidOperationException($"{table} has ended.");
        var (last, sum) = _soFar.GetValueOrDefault(table);
        _soFar[table] = new TableEnd(last + 1, sum + hash);
        return last + 1;
    }

    /// <summary>Ends a table.</summary>
    /// <param name="table">The table; it may have ended before.</param>
    /// <returns>Its end: the last number given, 0 when there was none, and the sum of the hashes.</returns>
    public TableEnd End(Table table)
    {
        _ended.Add(table);
        return _soFar.GetValueOrDefault(table);
    }
}
