using Microsoft.Extensions.Logging;

namespace CoffeeShop.Services;

/// <summary>
/// Keeps processes running: what dies is started again, at once the first time and after growing pauses while it keeps dying.
/// They are started in groups, and stopped in the reverse order.
/// </summary>
/// <param name="onLine">Gets what they say: the name and the line. Several may speak at once. Must not throw.</param>
/// <param name="clock">Measures the pauses.</param>
/// <param name="log">Gets who becomes ready and who dies.</param>
public sealed class Supervisor(Action<string, string> onLine, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SupervisedLife[]> _groups = [];

    /// <summary>How all do, the group that was started last first.</summary>
    public IReadOnlyList<SupervisedStatus> Statuses
    {
        get
        {
            lock (_lock) return [.. Enumerable.Reverse(_groups).SelectMany(group => group).Select(each => each.Status)];
        }
    }

    /// <summary>Starts a group, and keeps it running from then on.</summary>
    /// <param name="group">Its members.</param>
    /// <returns>Completes when all of them have been ready once.</returns>
    /// <exception cref="ServiceException">One ended by itself before it was ever ready; the message has its last words. The others run.</exception>
    public async Task StartAsync(IEnumerable<ISupervised> group)
    {
        SupervisedLife[] lives = [.. group.Select(each => new SupervisedLife(each, onLine, clock, log))];
        lock (_lock) _groups.Add(lives);
        // The first that fails is told; the others need not be waited for.
        await foreach (var ready in Task.WhenEach(lives.Select(each => each.FirstReady))) await ready;
    }

    /// <summary>Stops the groups one after the other, the last one first, and the members of a group at once.</summary>
    /// <param name="giveUp">Makes all of them end at once instead.</param>
    public async Task StopAsync(CancellationToken giveUp)
    {
        using var giving = giveUp.Register(Kill);
        foreach (var group in Snapshot())
        {
            log.Stopping(string.Join(' ', group.Select(each => each.Status.Name)));
            await Task.WhenAll(group.Select(each => each.StopAsync()));
        }
    }

    /// <summary>Makes all end at once that still run.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var each in Snapshot().SelectMany(group => group)) await each.DisposeAsync();
    }

    /// <summary>Makes all end at once, without waiting for it.</summary>
    private void Kill()
    {
        foreach (var each in Snapshot().SelectMany(group => group)) _ = each.KillAsync();
    }

    private List<SupervisedLife[]> Snapshot()
    {
        lock (_lock) return [.. Enumerable.Reverse(_groups)];
    }
}
