namespace CoffeeShop.Bus.RabbitMq;

/// <summary>How the broker keeps queues.</summary>
public enum RabbitMqQueueType
{
    /// <summary>Copied to several nodes of the broker where it has them, and counts how often a message has come back.</summary>
    Quorum,

    /// <summary>On one node, for less work. It has no limit of deliveries, so nothing is parked but what nobody can read.</summary>
    Classic,
}
