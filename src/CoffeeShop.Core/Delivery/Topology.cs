using System.Collections.Immutable;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>Where messages go. It follows from the registries of tables and queries and the number of shards alone.</summary>
public static class Topology
{
    /// <summary>
    /// The version of how keys are divided among shards (<see cref="StableHash"/>) and of the bodies of messages. A worker
    /// leaves messages of another version to those who know it.
    /// </summary>
    public const int PartitionVersion = 2;

    /// <summary>Whether the batches of a table go through a filter; those of dimension tables go to the joins as they are.</summary>
    /// <param name="table">The table.</param>
    public static bool PassesFilter(Table table) => QueryRegistry.All.Any(query => query.Accumulates(table));

    /// <summary>The destinations of a table: each of its batches becomes exactly one message for each, and its end too.</summary>
    /// <param name="table">The table.</param>
    /// <param name="shards">The number of shards.</param>
    public static ImmutableArray<Destination> DestinationsOf(Table table, int shards) =>
    [
        .. IsSharded(table) ? Enumerable.Range(0, shards).Select(Destination.Shard) : [],
        .. QueryRegistry.All.Where(query => JoinTakes(query, table)).Select(Destination.Join),
    ];

    /// <summary>All destinations.</summary>
    /// <param name="shards">The number of shards.</param>
    public static ImmutableArray<Destination> All(int shards) =>
        [.. Enumerable.Range(0, shards).Select(Destination.Shard), .. QueryRegistry.All.Select(Destination.Join)];

    /// <summary>The tables that go to the shards.</summary>
    public static ImmutableArray<Table> ShardTables => [.. TableRegistry.All.Where(IsSharded)];

    /// <summary>The tables that go to the join of a query.</summary>
    /// <param name="query">The query.</param>
    public static ImmutableArray<Table> JoinTables(Query query) => [.. TableRegistry.All.Where(table => JoinTakes(query, table))];

    private static bool IsSharded(Table table) => QueryRegistry.All.OfType<AggregateQuery>().Any(query => query.Accumulates(table));

    private static bool JoinTakes(Query query, Table table) => query is RowQuery ? query.ReadsTable(table) : query.Joins(table);
}
