using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// The bus of a cluster. Trouble of the broker stalls it and ends nothing: a message is sent, again and again if need be, until
/// the broker has confirmed it, so <see cref="PublishAsync"/> fails only when the queue is missing, the broker refuses the message, or
/// the bus is closed. A message whose confirm was lost is in its queue twice, which the bus may do.
/// </summary>
/// <remarks>
/// Queues other than that of the filters have a single active consumer. The broker does not tell a consumer that it is the
/// active one but by a delivery, so all are subscribed at once and <see cref="ISubscription.Turn"/> waits for the first.
/// </remarks>
public sealed class RabbitMqBus : IBus
{
    private readonly RabbitMqLink _publishing;
    private readonly RabbitMqLink _consuming;
    private readonly RabbitMqQueueLengths _lengths;
    private readonly RabbitMqPublisher _publisher;
    private readonly ILogger _log;

    private RabbitMqBus(RabbitMqLink publishing, RabbitMqLink consuming, RabbitMqOptions options, ILogger log)
    {
        (_publishing, _consuming, _log) = (publishing, consuming, log);
        _lengths = new RabbitMqQueueLengths(consuming);
        _publisher = new RabbitMqPublisher(publishing, _lengths, options, log);
    }

    /// <summary>Connects to a broker, whose queues have been declared (<see cref="RabbitMqTopology"/>).</summary>
    /// <param name="options">The broker, and how it is used.</param>
    /// <param name="log">Gets what happens to the connections.</param>
    /// <exception cref="BusSetupException">It is not there, does not let us in, or is too old.</exception>
    public static async Task<RabbitMqBus> ConnectAsync(RabbitMqOptions options, ILogger log)
    {
        var publishing = new RabbitMqLink("publishing", options, log);
        var consuming = new RabbitMqLink("consuming", options, log);
        try
        {
            await publishing.ConnectAsync();
            await consuming.ConnectAsync();
        }
        catch
        {
            await publishing.DisposeAsync();
            await consuming.DisposeAsync();
            throw;
        }

        return new RabbitMqBus(publishing, consuming, options, log);
    }

    /// <inheritdoc/>
    public Task PublishAsync(QueueName queue, BusMessage message) => _publisher.PublishAsync(queue, [message]);

    /// <inheritdoc/>
    public Task PublishAllAsync(QueueName queue, IReadOnlyList<BusMessage> messages) => _publisher.PublishAsync(queue, messages);

    /// <inheritdoc/>
    /// <exception cref="QueueMissingException">The queue does not exist.</exception>
    public async Task<ISubscription> SubscribeAsync(QueueName queue, int prefetch, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefetch);
        var channel = await _consuming.OpenChannelAsync(RabbitMqLink.Plain, cancellationToken);
        var subscription = new RabbitMqSubscription(queue, channel, _log);
        try
        {
            await channel.BasicQosAsync(0, (ushort)Math.Min(prefetch, ushort.MaxValue), global: false, cancellationToken);
            await channel.BasicConsumeAsync(queue.Name, autoAck: false, subscription, cancellationToken);
            return subscription;
        }
        catch (Exception e)
        {
            await subscription.DisposeAsync();
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested) throw;
            if (e is OperationInterruptedException interrupted && RabbitMqErrors.IsMissing(interrupted.ShutdownReason)) throw new QueueMissingException(queue, $"{_consuming.Address}");
            if (RabbitMqErrors.IsTrouble(e)) throw new BusException($"The queue {queue} at {_consuming.Address} cannot be consumed: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Whether the broker answers.</summary>
    /// <param name="patience">How long it may take.</param>
    public async Task<bool> AnswersAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await using var channel = await _consuming.OpenChannelAsync(RabbitMqLink.Plain, timeout.Token);
            await channel.CloseAsync(timeout.Token);
            return true;
        }
        catch (Exception e) when (e is BusException || RabbitMqErrors.IsTrouble(e))
        {
            return false;
        }
    }

    /// <summary>Ends all subscriptions, and fails whoever waits for a confirm or a subscription.</summary>
    public async ValueTask DisposeAsync()
    {
        _publisher.Close();
        await _publishing.DisposeAsync();
        await _consuming.DisposeAsync();
        await _publisher.DisposeAsync();
        await _lengths.DisposeAsync();
    }
}
