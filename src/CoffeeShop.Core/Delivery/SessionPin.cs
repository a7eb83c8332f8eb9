using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>What is settled when a session begins, and does not change while it lasts.</summary>
/// <param name="Options">The options of its queries.</param>
/// <param name="Shards">The number of aggregate shards.</param>
public sealed record SessionPin(QueryOptions Options, int Shards);
