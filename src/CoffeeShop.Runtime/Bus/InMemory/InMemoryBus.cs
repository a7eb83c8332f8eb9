using System.Collections.Concurrent;

namespace CoffeeShop.Bus.InMemory;

/// <summary>
/// The bus of the single server: queues in the memory of the process. Nothing that is in it outlives the process, so a
/// message counts as published only when its consumer has acknowledged it.
/// </summary>
/// <param name="queueBytesMax">
/// The most that the messages of one queue may have together until they are acknowledged; what is published beyond that
/// waits in the order of its coming. One message is let into an empty queue whatever its size.
/// </param>
public sealed class InMemoryBus(long queueBytesMax = InMemoryBus.QueueBytesMaxDefault) : IBus
{
    /// <summary>The bound of a queue when none is given: enough to keep every consumer busy.</summary>
    public const long QueueBytesMaxDefault = 32 << 20;

    private readonly ConcurrentDictionary<QueueName, MemoryQueue> _queues = new();
    private volatile bool _isClosed;

    /// <summary>How many messages have been published and are not acknowledged, in all queues.</summary>
    public long Pending => _queues.Values.Sum(queue => (long)queue.Pending);

    /// <inheritdoc/>
    public Task PublishAsync(QueueName queue, BusMessage message) => Find(queue).PublishAsync(message);

    /// <inheritdoc/>
    /// <remarks>Where one consumer is served at a time, the next ones wait here for their turn.</remarks>
    public async Task<ISubscription> SubscribeAsync(QueueName queue, int prefetch, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefetch);
        return await Find(queue).SubscribeAsync(prefetch, cancellationToken);
    }

    /// <summary>Ends all subscriptions, and fails whoever waits for an acknowledgement or for a subscription.</summary>
    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        foreach (var queue in _queues.Values) queue.Close();
        return ValueTask.CompletedTask;
    }

    private MemoryQueue Find(QueueName name)
    {
        var queue = _queues.GetOrAdd(name, static (name, bytesMax) => new MemoryQueue(name, bytesMax, competing: name == QueueName.Filter), queueBytesMax);
        // A queue that was made while the others were being closed is closed too.
        if (_isClosed) queue.Close();
        return queue;
    }
}
