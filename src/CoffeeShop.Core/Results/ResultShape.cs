using System.Collections.Immutable;
using System.Text;

namespace CoffeeShop.Results;

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its key in a row.</param>
/// <param name="IsKey">Whether it tells rows of one kind apart, as a reader sees them.</param>
/// <param name="IsNumber">Whether its values are numbers; otherwise they are text or missing.</param>
public sealed record ResultColumn(string Name, bool IsKey = false, bool IsNumber = false);

/// <summary>The form of one kind of rows: the value of their <c>query</c> key, and the keys that follow it, in order.</summary>
public sealed class ResultShape
{
    /// <summary>Makes a form.</summary>
    /// <param name="query">The value of the <c>query</c> key; also the name of the kind's CSV file.</param>
    /// <param name="columns">The keys that follow.</param>
    public ResultShape(string query, params ReadOnlySpan<ResultColumn> columns)
    {
        Query = query;
        Columns = [.. columns];
        Prefixes = [.. Columns.Select((column, i) =>
            Encoding.UTF8.GetBytes(i == 0 ? $"{{\"query\":\"{query}\",\"{column.Name}\":" : $",\"{column.Name}\":"))];
    }

    /// <summary>The value of the <c>query</c> key.</summary>
    public string Query { get; }

    /// <summary>The keys that follow it.</summary>
    public ImmutableArray<ResultColumn> Columns { get; }

    /// <summary>How many of the columns, from the first, tell rows apart.</summary>
    internal int KeyColumns => Columns.Count(column => column.IsKey);

    /// <summary>What is written before each value.</summary>
    internal ImmutableArray<byte[]> Prefixes { get; }
}
