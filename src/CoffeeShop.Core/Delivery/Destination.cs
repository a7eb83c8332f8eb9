using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>Where state is kept and who may write it is decided: an aggregate shard, or the join of one query.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Number">The shard from 0, or the id of the query.</param>
public readonly record struct Destination(DestinationKind Kind, int Number)
{
    /// <summary>An aggregate shard.</summary>
    /// <param name="shard">The shard, from 0.</param>
    public static Destination Shard(int shard) => new(DestinationKind.Shard, shard);

    /// <summary>The join of a query.</summary>
    public static Destination Join(Query query) => new(DestinationKind.Join, query.Id);

    /// <summary>The name in the database, in queue names and in logs: <c>shard.3</c>, <c>join.q2</c>.</summary>
    public override string ToString() => Kind == DestinationKind.Shard ? $"shard.{Number}" : $"join.q{Number}";
}

/// <summary>The two kinds of destinations.</summary>
public enum DestinationKind
{
    /// <summary>Merges the partial aggregates of its part of the keys.</summary>
    Shard,

    /// <summary>Merges the shards of a query and joins the names.</summary>
    Join,
}
