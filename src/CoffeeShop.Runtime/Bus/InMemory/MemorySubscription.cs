using System.Threading.Channels;

namespace CoffeeShop.Bus.InMemory;

/// <summary>A consumer of a queue. Everything but the reading happens under the lock of the queue.</summary>
internal sealed class MemorySubscription(MemoryQueue queue, int prefetch) : ISubscription
{
    // Unbounded, since the prefetch bounds it.
    private readonly Channel<BusDelivery> _deliveries = Channel.CreateUnbounded<BusDelivery>();

    public ChannelReader<BusDelivery> Deliveries => _deliveries.Reader;

    // Nobody has a subscription before it is its turn.
    public Task Turn => Task.CompletedTask;

    /// <summary>What it has been given and has not acknowledged.</summary>
    public HashSet<QueuedMessage> Unacknowledged { get; } = [];

    public bool HasRoom => Unacknowledged.Count < prefetch;

    public void Take(QueuedMessage message)
    {
        Unacknowledged.Add(message);
        _deliveries.Writer.TryWrite(new Delivery(this, message, message.IsRedelivered));
    }

    /// <summary>Nothing is read from it any more, not even what it was given before.</summary>
    public void End()
    {
        _deliveries.Writer.TryComplete();
        while (_deliveries.Reader.TryRead(out _))
        {
        }
    }

    public ValueTask DisposeAsync()
    {
        queue.Leave(this);
        return ValueTask.CompletedTask;
    }

    private sealed class Delivery(MemorySubscription consumer, QueuedMessage message, bool isRedelivered) : BusDelivery
    {
        public override BusMessage Message => message.Content;

        public override bool IsRedelivered => isRedelivered;

        public override void Acknowledge() => consumer.Acknowledge(message);
    }

    private void Acknowledge(QueuedMessage message) => queue.Acknowledge(this, message);
}
