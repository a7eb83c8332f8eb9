namespace CoffeeShop.Cluster;

/// <summary>What a process of a cluster does.</summary>
public static class Roles
{
    /// <summary>Talks to clients.</summary>
    public const string Gateway = "gateway";

    /// <summary>Filters batches.</summary>
    public const string Filter = "filter";

    /// <summary>Owns shards.</summary>
    public const string Aggregate = "aggregate";

    /// <summary>Owns the joins of queries.</summary>
    public const string Join = "join";

    /// <summary>RabbitMQ, where the cluster has started it itself.</summary>
    public const string Broker = "broker";

    /// <summary>The database, where the cluster has started it itself.</summary>
    public const string Database = "database";

    /// <summary>Watches the others.</summary>
    public const string Monitor = "monitor";
}
