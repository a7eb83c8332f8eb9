using System.Collections.Concurrent;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;

namespace CoffeeShop.Gateway;

/// <summary>The sessions whose clients are connected to this gateway. Each has one connection at a time.</summary>
internal sealed class ActiveSessions
{
    private readonly ConcurrentDictionary<SessionId, ActiveSession> _sessions = [];
    private readonly ConcurrentDictionary<SessionId, bool> _known = [];

    /// <summary>All of them, at this moment.</summary>
    public ICollection<ActiveSession> All => _sessions.Values;

    /// <summary>How many there are.</summary>
    public int Count => _sessions.Count;

    /// <summary>Whether the client of a session is connected here.</summary>
    public bool Contains(SessionId id) => _sessions.ContainsKey(id);

    /// <summary>A session whose client is connected here, or null.</summary>
    public ActiveSession? Find(SessionId id) => _sessions.GetValueOrDefault(id);

    /// <summary>
    /// Makes a connection that of its session. A connection that the session has already, whose client may not know yet that
    /// it is dead, is ended first.
    /// </summary>
    /// <exception cref="OperationCanceledException">The new connection is interrupted meanwhile.</exception>
    public async Task EnterAsync(ActiveSession session)
    {
        while (!_sessions.TryAdd(session.Id, session))
        {
            if (!_sessions.TryGetValue(session.Id, out var earlier)) continue;
            earlier.Connection.Interrupt(ErrorCode.Unavailable, "The session goes on over another connection.");
            await earlier.Ended.WaitAsync(session.Connection.Interrupted);
        }

        session.IsFirstHere = _known.TryAdd(session.Id, true);
    }

    /// <summary>Forgets that sessions have been here, unless they are.</summary>
    public void Forget(Func<SessionId, bool> hasEnded)
    {
        foreach (var id in _known.Keys)
            if (!_sessions.ContainsKey(id) && hasEnded(id)) _known.TryRemove(id, out _);
    }

    /// <summary>Lets a session go.</summary>
    public void Leave(ActiveSession session)
    {
        _sessions.TryRemove(new KeyValuePair<SessionId, ActiveSession>(session.Id, session));
        session.End();
    }

    /// <summary>Ends the connection of a session, if it is here.</summary>
    public void Interrupt(SessionId id, ErrorCode code, string text)
    {
        if (_sessions.TryGetValue(id, out var session)) session.Connection.Interrupt(code, text);
    }
}
