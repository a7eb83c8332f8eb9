using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>How an owner works. Nothing here changes what it computes.</summary>
public sealed record OwnerOptions
{
    /// <summary>No group of messages that are committed together takes in more once it has this many bytes.</summary>
    public long GroupBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// A snapshot is made when the records since the last one have more bytes than this, and more than twice as many as that
    /// snapshot: so what is written in snapshots is never much more than what is written in records.
    /// </summary>
    public long SnapshotBytesMin { get; init; } = 4 * 1024 * 1024;

    /// <summary>A snapshot is made after this many messages of a session as well; null for never.</summary>
    public int? SnapshotInterval { get; init; }

    /// <summary>When a query is complete at a destination. The simulation puts wrong rules here, and demands to find out.</summary>
    internal Func<SessionFold, Query, bool> IsComplete { get; init; } = static (fold, query) => fold.IsComplete(query);
}
