using System.Net.Sockets;
using RabbitMQ.Client.Exceptions;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>What the client library throws when something is wrong with the broker or the way to it.</summary>
internal static class RabbitMqErrors
{
    /// <summary>Whether it is trouble of the broker or the network, and no mistake of ours.</summary>
    public static bool IsTrouble(Exception e) =>
        e is BrokerUnreachableException or OperationInterruptedException or RabbitMQClientException or IOException or SocketException or TimeoutException or ObjectDisposedException or OperationCanceledException;
}
