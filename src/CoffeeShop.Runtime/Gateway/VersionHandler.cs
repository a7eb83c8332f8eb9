using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;

namespace CoffeeShop.Gateway;

/// <summary>What the two versions of the protocol do with their messages.</summary>
internal abstract class VersionHandler(GatewayContext gateway, ClientConnection connection, Acknowledgements acknowledgements) : IFrameHandler
{
    /// <summary>The session, once it is known.</summary>
    public SessionId? Session => Active?.Id;

    /// <summary>Whether the client has said everything.</summary>
    public bool HasFinished { get; protected set; }

    public virtual bool AwaitsMore => !HasFinished;

    protected GatewayContext Gateway => gateway;

    protected ClientConnection Connection => connection;

    protected Acknowledgements Acknowledgements => acknowledgements;

    /// <summary>The session in the list of those that are connected here.</summary>
    protected ActiveSession? Active { get; set; }

    public abstract ValueTask<bool> HandleAsync(Frame frame);

    /// <summary>Lets go of the session. All answers that could be given have been given.</summary>
    /// <param name="ending">How the connection ends.</param>
    public abstract Task EndAsync(Ending ending);

    /// <summary>Makes room for one more session.</summary>
    /// <exception cref="ProtocolException">There are too many.</exception>
    protected void CheckSessionLimit()
    {
        if (!gateway.Count.TryBegin(gateway.Limits.Sessions))
            throw new ProtocolException("The server has as many sessions as it takes; try again later.", ErrorCode.LimitReached);
    }

    /// <summary>A new id, with the time in it.</summary>
    protected SessionId NewSessionId() => new(Guid.CreateVersion7(gateway.Clock.GetUtcNow()));

    /// <summary>Ends the session, unless it has ended.</summary>
    /// <returns>False when it has ended before.</returns>
    protected async Task<bool> EndSessionAsync(SessionState state, string reason)
    {
        if (Session is not { } session || !await gateway.Sessions.EndSessionAsync(session, state, reason)) return false;
        GatewayLog.SessionEnded(gateway.Log, session, state, reason);
        return true;
    }

    /// <summary>Answers a batch when it can no longer be lost.</summary>
    /// <exception cref="BusException">The bus is in trouble.</exception>
    protected static async Task<BatchReceived> AnswerAsync(Task publishing)
    {
        await publishing;
        return BatchReceived.Success;
    }
}
