using System.Collections.Immutable;

namespace CoffeeShop.Queries;

/// <summary>The queries of the analyzer: a new one is one file and one line here.</summary>
public static class QueryRegistry
{
    /// <summary>All queries, in the order of the result file.</summary>
    public static ImmutableArray<Query> All { get; } =
    [
        new HighValueTransactions(),
        new TopProducts(),
        new StoreTurnover(),
        new TopCustomers(),
    ];
}
