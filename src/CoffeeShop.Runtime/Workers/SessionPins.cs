using System.Collections.Concurrent;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;

namespace CoffeeShop.Workers;

/// <summary>What is settled for the sessions that are open. It never changes, so it is asked for once.</summary>
/// <param name="sessions">The registry.</param>
internal sealed class SessionPins(ISessionStore sessions)
{
    private const int KeptMax = 4096;

    private readonly ConcurrentDictionary<SessionId, SessionPin> _pins = new();

    /// <summary>What is settled for a session, or null when it is not open. A session that has ended since it was last asked for may still be given: whoever writes for it is told.</summary>
    /// <param name="session">The session.</param>
    public async ValueTask<SessionPin?> FindAsync(SessionId session)
    {
        if (_pins.TryGetValue(session, out var pin)) return pin;
        if (await sessions.FindSessionAsync(session) is not { State: SessionState.Open } open) return null;
        // There are never so many at once; those of ended sessions go this way.
        if (_pins.Count >= KeptMax) _pins.Clear();
        return _pins[session] = open.Session.Pin;
    }
}
