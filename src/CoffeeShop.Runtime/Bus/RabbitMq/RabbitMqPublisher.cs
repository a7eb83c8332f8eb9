using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// Sends what is in the outbox from one loop on one channel, which numbers the messages as the broker does, and makes another
/// channel when that one is lost. Confirms are followed here: what the client library offers for it limits the rate of sending
/// and mixes up confirms that come while messages are sent.
/// </summary>
internal sealed class RabbitMqPublisher : IAsyncDisposable
{
    private static readonly CreateChannelOptions Confirming = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly RabbitMqLink _link;
    private readonly RabbitMqQueueLengths _lengths;
    private readonly ILogger _log;
    private readonly Outbox _outbox;
    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _sending;
    private volatile bool _isBlocked;
    private Task _looking = Task.CompletedTask;

    /// <summary>Begins to send.</summary>
    /// <param name="link">The connection that is for publishing alone: the broker blocks those that publish, and consumers must go on.</param>
    /// <param name="lengths">Tells how full the queues are.</param>
    /// <param name="options">The window, the bound of queues, and the pauses.</param>
    /// <param name="log">Gets what goes wrong.</param>
    public RabbitMqPublisher(RabbitMqLink link, RabbitMqQueueLengths lengths, RabbitMqOptions options, ILogger log)
    {
        (_link, _lengths, _log, _outbox) = (link, lengths, log, new Outbox(options, $"{options.Address}"));
        link.OnBlocked = isBlocked =>
        {
            _isBlocked = isBlocked;
            _changed.Release();
        };
        _sending = Task.Run(SendAsync);
    }

    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    /// <summary>Publishes messages, and completes when the broker has them.</summary>
    public Task PublishAsync(QueueName queue, IReadOnlyList<BusMessage> messages)
    {
        var confirmed = _outbox.Add(queue, messages);
        _changed.Release();
        return confirmed;
    }

    /// <summary>Fails what is not confirmed, and takes nothing in any more.</summary>
    public void Close() => _outbox.Close(_log.Published);

    /// <summary>Ends the loop. Both links are closed before, or a broker that does not read, or does not answer, would be waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _sending;
        await _looking;
    }

    private async Task SendAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            IChannel channel;
            try
            {
                channel = await _link.OpenChannelAsync(Confirming, _closing.Token);
            }
            catch (Exception e) when (e is BusException or OperationCanceledException)
            {
                // Only the end of the bus ends the attempts.
                return;
            }

            using var lost = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            Follow(channel, lost);
            try
            {
                await SendAsync(channel, lost.Token);
            }
            catch (Exception e) when (RabbitMqErrors.IsTrouble(e))
            {
                // Told below, by what the channel says of its end.
            }

            await CloseAsync(channel);
        }
    }

    private async Task SendAsync(IChannel channel, CancellationToken lost)
    {
        var body = new ArrayBufferWriter<byte>();
        while (!lost.IsCancellationRequested)
        {
            // One time for both: a pause that ended in between would be waited for by neither.
            var now = Now;
            if (_outbox.TryLook(now, out var queue)) _looking = LookAsync(queue);
            var pause = Timeout.InfiniteTimeSpan;
            if (!_isBlocked && _outbox.TrySend(now, out var bundle, out pause))
            {
                // The library has copied the body when this completes.
                body.ResetWrittenCount();
                RabbitMqEnvelope.Write(bundle, body);
                // Without a token: a message that is cancelled half-way would break the connection.
                await channel.BasicPublishAsync(RabbitMqTopology.Exchange, bundle.Queue.Name, mandatory: true, RabbitMqEnvelope.PropertiesOf(bundle), body.WrittenMemory, CancellationToken.None);
                continue;
            }

            await _changed.WaitAsync(pause, lost);
            // One look is enough for all changes until now.
            while (_changed.Wait(0, CancellationToken.None))
            {
            }
        }
    }

    private async Task LookAsync(QueueName queue)
    {
        long? length = null;
        try
        {
            length = await _lengths.OfAsync(queue, _closing.Token);
        }
        finally
        {
            // Whatever comes of it: without an answer the lane would wait for ever.
            _outbox.Look(queue, length, Now, _log.QueueFull);
            _changed.Release();
        }
    }

    private void Follow(IChannel channel, CancellationTokenSource lost)
    {
        var number = _outbox.Begin();
        channel.BasicReturnAsync += (_, returned) => Done(() => _outbox.Return(number, returned.BasicProperties.MessageId));
        channel.BasicAcksAsync += (_, ack) => Done(() => _outbox.Accept(number, ack.DeliveryTag, ack.Multiple));
        channel.BasicNacksAsync += (_, nack) => Done(() => _outbox.Refuse(number, nack.DeliveryTag, nack.Multiple, Now, _log.QueueFull));
        channel.ChannelShutdownAsync += (_, _) => EndAsync(lost);
        // It may have ended before anybody listened.
        if (channel.IsClosed) lost.Cancel();
    }

    private Task Done(Action change)
    {
        change();
        _changed.Release();
        return Task.CompletedTask;
    }

    private static async Task EndAsync(CancellationTokenSource lost)
    {
        try
        {
            await lost.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The loop has noticed the end by itself.
        }
    }

    private async Task CloseAsync(IChannel channel)
    {
        if (RefusalOf(channel.CloseReason) is { } refusal)
        {
            _outbox.Fail(queue => RabbitMqErrors.IsMissing(refusal)
                ? new QueueMissingException(queue, $"{_link.Address}")
                : new BusException($"The broker at {_link.Address} refused a message, maybe that to {queue}: {refusal.ReplyText}"));
        }
        else if (_outbox.Lose() is > 0 and var messages && !_closing.IsCancellationRequested)
        {
            _log.SendingAgain(messages);
        }

        await RabbitMqConnecting.CloseAsync(channel);
    }

    /// <summary>Why the broker has closed the channel, when that is for what was sent; null when it is for trouble that passes.</summary>
    private static ShutdownEventArgs? RefusalOf(ShutdownEventArgs? reason) =>
        reason is { Initiator: ShutdownInitiator.Peer, ReplyCode: Constants.AccessRefused or Constants.PreconditionFailed } || RabbitMqErrors.IsMissing(reason) ? reason : null;
}
