using System.Collections.Concurrent;
using CoffeeShop.Bus;

namespace CoffeeShop.Tests.Gateway;

/// <summary>A bus that passes everything on, shows what was published, and holds it back for as long as it is told to.</summary>
internal sealed class WatchedBus(IBus inner) : IBus
{
    private Task _gate = Task.CompletedTask;
    private int _passed;

    /// <summary>How many messages have been passed on and completed.</summary>
    public int Passed => Volatile.Read(ref _passed);

    /// <summary>The queues that were published to, in the order of the calls.</summary>
    public ConcurrentQueue<QueueName> Published { get; } = [];

    /// <summary>Where messages went that may have been delivered before.</summary>
    public ConcurrentQueue<QueueName> Repeated { get; } = [];

    /// <summary>How many messages were published at a time, of those that may travel together.</summary>
    public ConcurrentQueue<int> Together { get; } = [];

    /// <summary>Holds back what is published from now on, until the source is completed.</summary>
    public TaskCompletionSource Hold()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _gate, gate.Task);
        return gate;
    }

    public async Task PublishAsync(QueueName queue, BusMessage message)
    {
        Published.Enqueue(queue);
        if (message.IsRepeated) Repeated.Enqueue(queue);
        await Volatile.Read(ref _gate);
        await inner.PublishAsync(queue, message);
        Interlocked.Increment(ref _passed);
    }

    public Task PublishAllAsync(QueueName queue, IReadOnlyList<BusMessage> messages)
    {
        Together.Enqueue(messages.Count);
        return Task.WhenAll(messages.Select(message => PublishAsync(queue, message)));
    }

    public Task<ISubscription> SubscribeAsync(QueueName queue, int prefetch, CancellationToken cancellationToken) => inner.SubscribeAsync(queue, prefetch, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
