using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>A conversation of version 1: every batch is acknowledged, and after FINISHED the server closes the connection.</summary>
internal sealed class Version1Conversation(Connection connection, SendWindow window, ClientProgress progress, RetryPolicy retry, Patience patience, ILogger logger)
    : Conversation(connection, window, progress, retry, patience, logger)
{
    /// <summary>Gives the session up.</summary>
    public static TableRows Cancellation { get; } = new(TableRegistry.All[0], 0, 1, BatchStatus.Cancel, default);

    /// <summary>Whether the client is giving the session up.</summary>
    public bool IsCancelling { get; set; }

    protected override bool MayClose => HasSaidAll;

    protected override bool Handle(IMessage message)
    {
        if (message is not BatchReceived received) throw new ProtocolException($"Found opcode {message.Opcode}, expected an acknowledgement.");
        if (received == BatchReceived.Failure) throw new ClientException("The server could not take what this client sent, and says no more about it; its log does.");
        if (TryAcknowledge()) return true;
        // Some servers acknowledge the last word too.
        return HasSaidAll ? !IsCancelling : throw new ProtocolException("Found an acknowledgement, expected none.");
    }
}
