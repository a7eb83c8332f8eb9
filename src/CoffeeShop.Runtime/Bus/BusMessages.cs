using CoffeeShop.Delivery;

namespace CoffeeShop.Bus;

/// <summary>Messages of the data path on the bus.</summary>
public static class BusMessages
{
    /// <summary>
    /// Publishes what has come from a client to wherever it goes first: batches to a filter, unless they are of a dimension
    /// table; those, and the ends of tables, to all destinations of the table. Completes when none of it can be lost any more.
    /// </summary>
    /// <param name="bus">The bus.</param>
    /// <param name="message">A batch or an end.</param>
    /// <param name="shards">The number of shards of its session.</param>
    /// <param name="isRepeated">Whether a process that is gone may have delivered it before.</param>
    /// <exception cref="BusException">The outcome is unknown: publish the same message again.</exception>
    public static Task PublishAsync(this IBus bus, Message message, int shards, bool isRepeated = false)
    {
        var table = message.Input.Table ?? throw new ArgumentException($"Found the {message.Input}, expected what comes from a client.", nameof(message));
        return message.Kind == MessageKind.Batch && Topology.PassesFilter(table)
            ? bus.PublishAsync(QueueName.Filter, new BusMessage(message.Session, message.Hash, Envelope.Wrap(message, destination: null, shards)) { IsRepeated = isRepeated })
            : Task.WhenAll(Topology.DestinationsOf(table, shards).Select(destination => bus.PublishAsync(destination, message, shards, isRepeated)));
    }

    /// <summary>Publishes a message to one destination.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="message">The message.</param>
    /// <param name="shards">The number of shards of its session.</param>
    /// <param name="isRepeated">Whether it, or what it comes from, may have been delivered before.</param>
    public static Task PublishAsync(this IBus bus, Destination destination, Message message, int shards, bool isRepeated = false) =>
        bus.PublishAsync(QueueName.Of(destination), message.For(destination, shards, isRepeated));

    /// <summary>A message as it goes to a destination.</summary>
    /// <param name="message">The message.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="shards">The number of shards of its session.</param>
    /// <param name="isRepeated">Whether it, or what it comes from, may have been delivered before.</param>
    public static BusMessage For(this Message message, Destination destination, int shards, bool isRepeated) =>
        new(message.Session, message.Kind == MessageKind.End ? 0 : message.Hash, Envelope.Wrap(message, destination, shards)) { IsRepeated = isRepeated };

    /// <summary>The message of a delivery, or null when it is of another partition version and must be left to others.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <exception cref="InvalidDataException">The delivery is damaged.</exception>
    public static Message? Open(this BusDelivery delivery) => Envelope.Open(delivery.Message.Session, delivery.Message.Hash, delivery.Message.Body);

    /// <summary>What is known of a delivery that cannot be opened: whose it is.</summary>
    /// <param name="delivery">The delivery.</param>
    public static Message Unopened(this BusDelivery delivery) =>
        new(delivery.Message.Session, default, MessageKind.Batch, 0, delivery.Message.Hash, delivery.Message.Body);
}
