using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>Tells that a client waits for its server, and for how long, when nothing has moved for a while: nobody looks at a hang without a word.</summary>
/// <param name="clientId">How the client calls itself.</param>
/// <param name="logger">Told of it.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="speaks">Whether the server says now and then that it is there while it is waited for; its silence is then that of a dead network.</param>
internal sealed class Patience(string clientId, ILogger logger, TimeProvider clock, bool speaks)
{
    /// <summary>Of a server that speaks every second.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(20);

    /// <summary>So long nothing is said, and so long between two words.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long _heardAt = clock.GetTimestamp();
    private long _movedAt = clock.GetTimestamp();

    /// <summary>Whether a server that should speak has been silent for too long.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The server has said something, if only that it is there.</summary>
    public void Hear() => Volatile.Write(ref _heardAt, clock.GetTimestamp());

    /// <summary>The session has got further.</summary>
    public void Move() => Volatile.Write(ref _movedAt, clock.GetTimestamp());

    /// <summary>Looks now and then until it is stopped.</summary>
    /// <param name="isWaiting">Whether the client waits for the server.</param>
    /// <param name="onLost">Called when the server is lost.</param>
    /// <param name="stop">Stops it.</param>
    public async Task TellAsync(Func<bool> isWaiting, Func<Task> onLost, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        // It ends without an exception, which would take longer than all else at the end of a session.
        await using var stopping = stop.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            if (!isWaiting())
            {
                Move();
                Hear();
            }

            var (waited, silent) = (Since(ref _movedAt), Since(ref _heardAt));
            if (waited >= Interval) ClientLog.Waiting(logger, clientId, (long)waited.TotalSeconds, silent < Interval ? "alive" : "silent");
            if (!speaks || silent < SilenceMax) continue;
            IsLost = true;
            await onLost();
            return;
        }
    }

    private TimeSpan Since(ref long at) => clock.GetElapsedTime(Volatile.Read(ref at));
}
