using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>What a numbered message of a client is.</summary>
public enum NumberVerdict
{
    /// <summary>The next one.</summary>
    Next,

    /// <summary>One that came before, on this connection or an earlier one.</summary>
    Again,

    /// <summary>A structural error: the connection cannot go on.</summary>
    Error,

    /// <summary>Another end of a table than before: two contents went under one number of batches, and the session cannot go on.</summary>
    Conflict,
}

/// <summary>A verdict on a number.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Problem">What was found and what was expected, when it is an error or a conflict.</param>
public readonly record struct Numbered(NumberVerdict Verdict, string? Problem = null);

/// <summary>
/// Checks the numbers of a client of version 2 on one connection. The client numbers the batches of each table 1 … K, and
/// goes on after the mark that it was told; whatever came before may come again.
/// </summary>
/// <param name="marks">The marks that the client was told; a table without one begins at 0.</param>
/// <param name="ends">The ends that have been set on earlier connections.</param>
public sealed class BatchNumbering(IReadOnlyDictionary<Table, long> marks, IReadOnlyDictionary<Table, TableEnd> ends)
{
    private readonly Dictionary<Table, long> _last = new(marks);
    private readonly Dictionary<Table, TableEnd> _ends = new(ends);
    private readonly HashSet<Table> _ended = [];

    /// <summary>The tables that have not ended on this connection. FINISHED is an error while there are any.</summary>
    public IReadOnlyList<Table> Unfinished => [.. TableRegistry.All.Where(table => !_ended.Contains(table))];

    /// <summary>A batch has come.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="number">Its number.</param>
    public Numbered Batch(Table table, long number)
    {
        var last = _last.GetValueOrDefault(table);
        if (_ended.Contains(table)) return Error($"{table}: found batch {number} after the end of the table, expected none.");
        if (_ends.TryGetValue(table, out var end) && number > end.Last) return Error($"{table}: found batch {number}, expected none after the last one, {end.Last}.");
        if (number < 1 || number > last + 1) return Error($"{table}: found batch {number}, expected {last + 1}.");
        if (number <= last) return new Numbered(NumberVerdict.Again);
        _last[table] = number;
        return new Numbered(NumberVerdict.Next);
    }

    /// <summary>The end of a table has come.</summary>
    /// <param name="table">The table.</param>
    /// <param name="end">The end that the client says.</param>
    public Numbered End(Table table, TableEnd end)
    {
        var last = _last.GetValueOrDefault(table);
        if (_ends.TryGetValue(table, out var known) && known != end)
            return new Numbered(NumberVerdict.Conflict, $"{table}: found {end.Last} as the last batch with hash sum {end.HashSum:x16}, expected {known.Last} with {known.HashSum:x16} as before.");
        if (end.Last != last) return Error($"{table}: found {end.Last} as the last batch, expected {last}.");
        _ends[table] = end;
        return new Numbered(_ended.Add(table) ? NumberVerdict.Next : NumberVerdict.Again);
    }

    private static Numbered Error(string problem) => new(NumberVerdict.Error, problem);
}
