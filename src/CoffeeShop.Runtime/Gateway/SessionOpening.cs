using System.Security.Cryptography;
using CoffeeShop.Delivery;
using CoffeeShop.Observability;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;

namespace CoffeeShop.Gateway;

/// <summary>A session that a client has begun or resumed.</summary>
/// <param name="Record">The session.</param>
/// <param name="Secret">What resumes it.</param>
/// <param name="ResultOffset">How many bytes of the result the client has.</param>
/// <param name="IsForeign">Whether it began elsewhere or with a process that is gone: what the client sends may have been sent before.</param>
internal sealed record OpenedSession(SessionRecord Record, Bytes32 Secret, long ResultOffset, bool IsForeign);

/// <summary>Answers HELLO: who is it, and which session is it about?</summary>
internal sealed class SessionOpening(GatewayContext gateway, ClientConnection connection)
{
    /// <summary>Begins a session or goes on with one.</summary>
    /// <param name="hello">What the client says.</param>
    /// <param name="newId">Makes the id of a new session.</param>
    /// <param name="makeRoom">Called before a session is begun.</param>
    /// <param name="entered">Called when the session is this connection's.</param>
    /// <exception cref="ProtocolException">The client is refused.</exception>
    /// <exception cref="StorageException">The storage is in trouble.</exception>
    public async Task<OpenedSession> OpenAsync(Hello hello, Func<SessionId> newId, Action makeRoom, Action<ActiveSession> entered)
    {
        var agency = Authenticate(hello);
        return hello.Session is { } key
            ? await ResumeAsync(hello, key, agency, entered)
            : await BeginAsync(hello, agency, newId, makeRoom, entered);
    }

    private string? Authenticate(Hello hello)
    {
        // Only tokens are counted: they are as good as people made them, while nobody guesses a secret of 256 bits.
        if (gateway.Options.Tokens is not { } tokens) return null;
        // A right token passes whatever others behind the same address have tried.
        if (tokens.FindAgency(hello.Token) is { } agency) return agency;
        if (gateway.Refusals.IsRefused(connection.Address))
            throw Refuse(hello, new ProtocolException("Too many wrong tokens have come from this address; try again in a minute.", ErrorCode.LimitReached));
        gateway.Refusals.Count(connection.Address);
        throw Refuse(hello, new ProtocolException("The token is missing or wrong.", ErrorCode.Unauthorized));
    }

    private async Task<OpenedSession> BeginAsync(Hello hello, string? agency, Func<SessionId> newId, Action makeRoom, Action<ActiveSession> entered)
    {
        makeRoom();
        var secret = new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Size));
        var session = new NewSession(newId(), Hello.Version, hello.ClientId, agency, Hash(secret), hello.Fingerprint.ToArray(), new SessionPin(hello.Options, gateway.Sessions.Shards));
        await EnterAsync(session.Id, hello.ClientId, entered);
        await gateway.Sessions.CreateSessionAsync(session);
        FailPoint.SessionCreated.Hit();
        GatewayLog.SessionRegistered(gateway.Log, session.Id, session.ClientId, session.Protocol, string.Join(' ', Tables.TableRegistry.All));
        return new OpenedSession(await gateway.Sessions.FindSessionAsync(session.Id) ?? throw Ending.Of(record: null), secret, hello.ResultOffset, IsForeign: false);
    }

    private async Task<OpenedSession> ResumeAsync(Hello hello, SessionKey key, string? agency, Action<ActiveSession> entered)
    {
        var record = await gateway.Sessions.FindSessionAsync(key.Id);
        if (!IsOwner(record, key, agency)) throw Refuse(hello, Ending.Of(record: null));
        if (!record!.Session.Fingerprint.Span.SequenceEqual(hello.Fingerprint.ToArray()))
            throw new ProtocolException("The files, or how they are cut into batches, have changed since the session began; begin a new one.", ErrorCode.ChangedInput);
        if (record.Session.Pin.Options != hello.Options)
            throw new ProtocolException("The options of the queries are not those that the session began with; use the same, or begin a new one.", ErrorCode.ChangedInput);

        var active = await EnterAsync(key.Id, hello.ClientId, entered);
        // The connection before this one, which has just ended, may have raised the marks.
        record = await gateway.Sessions.FindSessionAsync(key.Id);
        if (record is not { State: SessionState.Open or SessionState.Complete }) throw Ending.Of(record);
        GatewayLog.SessionResumed(gateway.Log, key.Id, hello.ClientId);
        return new OpenedSession(record, key.Secret, hello.ResultOffset, active.IsFirstHere);
    }

    private async Task<ActiveSession> EnterAsync(SessionId id, string clientId, Action<ActiveSession> entered)
    {
        var active = new ActiveSession(id, clientId, connection);
        await gateway.Active.EnterAsync(active);
        entered(active);
        return active;
    }

    /// <summary>An unknown session, a foreign one and a wrong secret are the same to whoever asks, in words and in time.</summary>
    private static bool IsOwner(SessionRecord? record, SessionKey key, string? agency)
    {
        var known = record?.Session.SecretHash ?? ReadOnlyMemory<byte>.Empty;
        var isSecret = CryptographicOperations.FixedTimeEquals(Hash(key.Secret), known.Length > 0 ? known.Span : new byte[SHA256.HashSizeInBytes]);
        return isSecret && record is { Session.Protocol: Hello.Version } && record.Session.Agency == agency;
    }

    private ProtocolException Refuse(Hello hello, ProtocolException refusal)
    {
        GatewayLog.Refused(gateway.Log, connection.Address, hello.ClientId);
        return refusal;
    }

    private static byte[] Hash(Bytes32 secret) => SHA256.HashData(secret.ToArray());
}
