using CoffeeShop.Bus.RabbitMq;

namespace CoffeeShop.Cluster;

/// <summary>Which cluster a process belongs to.</summary>
/// <param name="Broker">The address of RabbitMQ, its virtual host included.</param>
/// <param name="Database">The address of the PostgreSQL database. One virtual host and one database are one cluster.</param>
public sealed record ClusterOptions(string Broker, string Database)
{
    /// <summary>The number of shards of a new cluster; null for 8, or for what the cluster has.</summary>
    public int? Shards { get; init; }

    /// <summary>How the broker keeps the queues; null for quorum, or for what the cluster has.</summary>
    public RabbitMqQueueType? QueueType { get; init; }

    /// <summary>How people call this process; null for a name made of its role, host and number.</summary>
    public string? NodeId { get; init; }

    /// <summary>How long a start waits for a database and a broker that do not answer: all of a cluster may be started at once.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromMinutes(1);
}
