using System.Net.Sockets;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>What the client library throws when something is wrong with the broker or the way to it.</summary>
internal static class RabbitMqErrors
{
    /// <summary>Whether it is trouble of the broker or the network, and no mistake of ours.</summary>
    public static bool IsTrouble(Exception e) =>
        e is BrokerUnreachableException or OperationInterruptedException or RabbitMQClientException or IOException or SocketException or TimeoutException or ObjectDisposedException or OperationCanceledException or ChannelClosedException;

    /// <summary>
    /// Whether a queue or an exchange does not exist. The broker gives the same code for a queue that does exist and has no
    /// node or no leader now, which passes: only its words tell them apart.
    /// </summary>
    /// <param name="reason">Why the broker has closed the channel; null when it was not the broker.</param>
    public static bool IsMissing(ShutdownEventArgs? reason) =>
        reason is { ReplyCode: Constants.NotFound } && (reason.ReplyText.Contains("no queue", StringComparison.Ordinal) || reason.ReplyText.Contains("no exchange", StringComparison.Ordinal));
}
