using System.Text.Json;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Queries;

/// <summary>Asks one query about a few rows, in the default options or others.</summary>
internal static class Ask
{
    /// <summary>The rows of the answer of one kind, the values of each separated by bars.</summary>
    public static string[] About(string kind, QueryOptions options, params IEnumerable<Batch> batches)
    {
        var query = QueryRegistry.All.Single(query => query.Shapes.Any(shape => shape.Query == kind));
        var text = query is AggregateQuery aggregate ? Finished(aggregate, options, batches) : States.Filtered((RowQuery)query, options, batches);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject().ToList())
            .Where(row => row[0].Value.GetString() == kind)
            .Select(row => string.Join('|', row.Skip(1).Select(value => value.Value.ValueKind == JsonValueKind.Null ? "null" : value.Value.ToString())))];
    }

    public static string[] About(string kind, params IEnumerable<Batch> batches) => About(kind, QueryOptions.Default, batches);

    /// <summary>A transaction of store 1 at a time.</summary>
    public static Batch Transaction(string time, string amount = "80", string user = "5") => Batches.Of(Transactions.Table, $"t|1|{user}|{amount}|{time}");

    /// <summary>A line of item 1 at a time.</summary>
    public static Batch Line(string time, string quantity = "1") => Batches.Of(TransactionItems.Table, $"1|{quantity}|10|{time}");

    private static string Finished(AggregateQuery query, QueryOptions options, IEnumerable<Batch> batches)
    {
        var all = batches.ToList();
        var state = query.NewAggregate(options);
        all.ForEach(state.Accumulate);
        return States.Rows(state, States.DimensionsOf(all));
    }
}
