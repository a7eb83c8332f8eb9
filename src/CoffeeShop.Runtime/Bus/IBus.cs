using System.Threading.Channels;
using CoffeeShop.Delivery;

namespace CoffeeShop.Bus;

/// <summary>
/// Carries messages between roles, at least once. Every implementation passes the same contract suite. Messages of one
/// queue may be reordered and repeated, but never lost once <see cref="PublishAsync"/> has completed.
/// </summary>
public interface IBus : IAsyncDisposable
{
    /// <summary>
    /// Publishes a message. Completes when it can no longer be lost: in memory, when its consumer has acknowledged it; on a
    /// broker, when it is confirmed and was not returned. Waits while the queue is full. May be called concurrently.
    /// </summary>
    /// <param name="queue">Where to.</param>
    /// <param name="message">The message. Its body is given away: nobody may change it any more, since the bus and the consumer keep it without copying.</param>
    /// <exception cref="BusException">The outcome is unknown: the message may or may not arrive. Publish it again, or give up its source.</exception>
    Task PublishAsync(QueueName queue, BusMessage message);

    /// <summary>
    /// Publishes messages that are there at the same time, which a broker may send together. Completes as if each had been
    /// published alone.
    /// </summary>
    /// <param name="queue">Where to.</param>
    /// <param name="messages">The messages.</param>
    /// <exception cref="BusException">The outcome is unknown, of some or all.</exception>
    Task PublishAllAsync(QueueName queue, IReadOnlyList<BusMessage> messages) => Task.WhenAll(messages.Select(message => PublishAsync(queue, message)));

    /// <summary>
    /// Begins to consume a queue. <see cref="QueueName.Filter"/> has competing consumers; every other queue delivers to one
    /// consumer at a time, and to the next when that one ends. The next may wait for its turn in here, or hold a subscription
    /// that has not got it: <see cref="ISubscription.Turn"/> tells.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="prefetch">How many messages may be unacknowledged at once. A broker may send small ones together, which count as one.</param>
    /// <param name="cancellationToken">Ends the waiting for a subscription.</param>
    Task<ISubscription> SubscribeAsync(QueueName queue, int prefetch, CancellationToken cancellationToken);
}

/// <summary>A consumer of one queue. Disposing it returns what is unacknowledged to the queue.</summary>
public interface ISubscription : IAsyncDisposable
{
    /// <summary>The deliveries. Completes when the subscription is lost or disposed; whoever wants more subscribes again.</summary>
    ChannelReader<BusDelivery> Deliveries { get; }

    /// <summary>
    /// Completes when the queue is known to deliver to this consumer. A broker says so by the first delivery alone, so one whose
    /// queue is empty waits for that. Completes too when the subscription ends.
    /// </summary>
    Task Turn { get; }
}

/// <summary>A message that has arrived at a consumer.</summary>
public abstract class BusDelivery
{
    /// <summary>The message. Its body may be kept for good, and must not be changed.</summary>
    public abstract BusMessage Message { get; }

    /// <summary>Whether it may have been delivered before.</summary>
    public abstract bool IsRedelivered { get; }

    /// <summary>
    /// Says that the effect of the message is committed, so that it is not delivered again. Without effect once the
    /// subscription is lost: the message then comes again, and so does one that came together with others which are not acknowledged.
    /// </summary>
    public abstract void Acknowledge();
}

/// <summary>A message on the bus.</summary>
/// <param name="Session">The session it belongs to.</param>
/// <param name="Hash">The content hash of the batch it comes from; 0 for what is no batch.</param>
/// <param name="Body">A DATA_BATCH message in its frame.</param>
public sealed record BusMessage(SessionId Session, ulong Hash, ReadOnlyMemory<byte> Body)
{
    /// <summary>
    /// Whether it may have been delivered before by a process that is gone, with everything the bus knew of that: it arrives as
    /// redelivered. So a message that ends every process it comes to is known by that also where queues do not outlive the process.
    /// </summary>
    public bool IsRepeated { get; init; }
}

/// <summary>The name of a queue.</summary>
/// <param name="Name">The name.</param>
public readonly record struct QueueName(string Name)
{
    /// <summary>Batches of transactions, transaction items and users, for any filter.</summary>
    public static QueueName Filter { get; } = new("filter");

    /// <summary>What goes to the owner of a destination.</summary>
    public static QueueName Of(Destination destination) => new(destination.ToString());

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The bus is in trouble, and what was asked of it may or may not have been done. One recovers by asking again.</summary>
/// <param name="message">What was asked, and what is wrong.</param>
/// <param name="inner">The cause, if it is known.</param>
public class BusException(string message, Exception? inner = null) : Exception(message, inner);
