using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>Looks how many messages wait in queues, on a channel of its own: the broker closes the one that asks for a queue that is not there.</summary>
/// <param name="link">A connection that nobody publishes on, or the broker would not answer during an alarm.</param>
internal sealed class RabbitMqQueueLengths(RabbitMqLink link) : IAsyncDisposable
{
    private IChannel? _channel;

    /// <summary>How many messages wait in a queue, without those that consumers have in hand. One call at a time.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="cancellationToken">Ends the waiting for a connection. A question that has been asked is answered, or ends with the connection.</param>
    /// <returns>Null when the broker does not answer. A queue that is not there has none: whoever publishes to it is told what is missing.</returns>
    public async Task<long?> OfAsync(QueueName queue, CancellationToken cancellationToken)
    {
        try
        {
            _channel ??= await link.OpenChannelAsync(RabbitMqLink.Plain, cancellationToken);
            return await _channel.MessageCountAsync(queue.Name, cancellationToken);
        }
        catch (Exception e) when (e is BusException || RabbitMqErrors.IsTrouble(e))
        {
            await DisposeAsync();
            return e is OperationInterruptedException interrupted && RabbitMqErrors.IsMissing(interrupted.ShutdownReason) ? 0 : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null) await RabbitMqConnecting.CloseAsync(_channel);
        _channel = null;
    }
}
