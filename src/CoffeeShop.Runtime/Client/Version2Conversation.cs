using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>A conversation of version 2: it ends with the result of the session, or with its cancellation.</summary>
internal sealed class Version2Conversation(
    Connection connection, SendWindow window, ResultDownload download, ClientProgress progress, RetryPolicy retry, Patience patience, ILogger logger)
    : Conversation(connection, window, progress, retry, patience, logger)
{
    private long _applied;

    /// <summary>Gives the session up. The server looks at nothing but the status.</summary>
    public static Columns Cancellation { get; } = new(TableRegistry.All[0], 1, BatchStatus.Cancel, ContentHash.Of([]), default);

    /// <summary>The end of the session, once it has been told; null when the session was cancelled.</summary>
    public SessionEnd? End { get; private set; }

    /// <summary>Whether the client is giving the session up.</summary>
    public bool IsCancelling { get; set; }

    protected override bool MayClose => IsCancelling;

    protected override bool Handle(IMessage message)
    {
        switch (message)
        {
            case BatchReceived received when received == BatchReceived.Success:
                return TryAcknowledge() ? true : throw new ProtocolException("Found an acknowledgement, expected none.");
            case BatchReceived:
                throw new ConnectionLostException("the server could not take a batch");
            case ResultPart part:
                download.Write(part);
                Move();
                return true;
            case ServerProgress server:
                // A server that is alive and does nothing is no progress.
                if (server.Applied > _applied) Move();
                _applied = Math.Max(_applied, server.Applied);
                return true;
            case SessionEnd { State: SessionState.Complete } end:
                End = end;
                return false;
            case SessionEnd end:
                return IsCancelling && end.State == SessionState.Cancelled ? false : throw ServerRefusal.Of(end.State);
            case ErrorMessage error:
                return IsCancelling && error.Code == ErrorCode.SessionCancelled ? false : throw ServerRefusal.Of(error);
            default:
                throw new ProtocolException($"Found opcode {message.Opcode}, expected what answers a client.");
        }
    }
}
