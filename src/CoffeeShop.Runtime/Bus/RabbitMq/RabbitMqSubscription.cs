using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>A consumer of a queue, on a channel of its own: what it has not acknowledged comes again when the channel ends.</summary>
internal sealed class RabbitMqSubscription : AsyncDefaultBasicConsumer, ISubscription
{
    // Unbounded, since the prefetch bounds it.
    private readonly Channel<BusDelivery> _deliveries = System.Threading.Channels.Channel.CreateUnbounded<BusDelivery>();
    private readonly TaskCompletionSource _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly QueueName _queue;
    private readonly ILogger _log;
    private readonly RabbitMqAcknowledgements _acknowledgements;
    private int _isDisposed;

    public RabbitMqSubscription(QueueName queue, IChannel channel, ILogger log)
        : base(channel)
    {
        (_queue, _log, _acknowledgements) = (queue, log, new RabbitMqAcknowledgements(channel));
        if (queue == QueueName.Filter) _turn.SetResult();
    }

    public ChannelReader<BusDelivery> Deliveries => _deliveries.Reader;

    public Task Turn => _turn.Task;

    public override Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        var messages = RabbitMqEnvelope.Read(properties, body);
        if (messages.Count > 0)
        {
            _turn.TrySetResult();
            var isRedelivered = RabbitMqEnvelope.IsRedelivered(properties, redelivered);
            var left = new StrongBox<int>(messages.Count);
            foreach (var message in messages) _deliveries.Writer.TryWrite(new Delivery(this, deliveryTag, left, message, isRedelivered || message.IsRepeated));
        }
        else
        {
            _log.Parked(_queue, "found something else, expected a bundle of messages of this cluster");
            _acknowledgements.Park(deliveryTag);
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1) return;
        // What has been acknowledged goes out before the end of the channel returns the rest.
        await _acknowledgements.DisposeAsync();
        End();
        await RabbitMqConnecting.CloseAsync(Channel);
    }

    // Comes with the end of the channel, and when the queue is deleted.
    protected override Task OnCancelAsync(string[] consumerTags, CancellationToken cancellationToken = default)
    {
        End();
        return base.OnCancelAsync(consumerTags, cancellationToken);
    }

    // Nothing is read any more, not even what came before: it comes again.
    private void End()
    {
        _acknowledgements.End();
        _deliveries.Writer.TryComplete();
        while (_deliveries.Reader.TryRead(out _))
        {
        }

        _turn.TrySetResult();
    }

    /// <summary>One of the messages that came together. The broker is told when none of them is left.</summary>
    private sealed class Delivery(RabbitMqSubscription subscription, ulong tag, StrongBox<int> left, BusMessage message, bool isRedelivered) : BusDelivery
    {
        private int _isAcknowledged;

        public override BusMessage Message => message;

        public override bool IsRedelivered => isRedelivered;

        public override void Acknowledge()
        {
            // The broker closes the channel of whoever acknowledges twice.
            if (Interlocked.Exchange(ref _isAcknowledged, 1) == 0 && Interlocked.Decrement(ref left.Value) == 0) subscription._acknowledgements.Add(tag);
        }
    }
}
