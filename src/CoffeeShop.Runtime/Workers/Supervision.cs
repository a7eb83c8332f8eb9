using CoffeeShop.Bus;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>Starts a work over after trouble that passes: of the bus, the database, or a claim that another has.</summary>
/// <param name="name">What the log calls the work.</param>
/// <param name="options">The pauses.</param>
/// <param name="clock">Measures the pauses.</param>
/// <param name="log">Gets the trouble.</param>
internal sealed class Supervision(string name, WorkerOptions options, TimeProvider clock, ILogger log)
{
    private TimeSpan _pause = options.PauseMin;
    private long _sign = clock.GetTimestamp();
    private long _handled;
    private volatile bool _isWaiting;

    /// <summary>How long ago the work last showed that it goes on; null while it waits for a turn that may never come.</summary>
    public TimeSpan? Silence => _isWaiting ? null : clock.GetElapsedTime(Volatile.Read(ref _sign));

    /// <summary>How many messages have been handled.</summary>
    public long Handled => Volatile.Read(ref _handled);

    /// <summary>
    /// Whether what happened passes by itself. Everything else is a mistake of ours, or damage: a queue that has vanished with its
    /// messages among it, for which the next start of the process fails the sessions that were open.
    /// </summary>
    public static bool IsTrouble(Exception e) => e is BusException and not QueueMissingException or StorageException { IsLasting: false } or StaleClaimException;

    /// <summary>Runs a work until it is stopped.</summary>
    /// <param name="work">The work; it begins from nothing each time.</param>
    /// <param name="stop">Stops it.</param>
    public async Task RunAsync(Func<Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (IsTrouble(e))
            {
                ShowLife();
                log.StartingOver(name, _pause.TotalMilliseconds, e.Message);
                await Task.Delay(_pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _pause = _pause * 2 < options.PauseMax ? _pause * 2 : options.PauseMax;
            }
        }
    }

    /// <summary>The work goes well: the next trouble is a new one.</summary>
    public void GoesWell()
    {
        _pause = options.PauseMin;
        ShowLife();
    }

    /// <summary>Messages have been handled.</summary>
    public void Count(int messages) => Interlocked.Add(ref _handled, messages);

    /// <summary>The work waits for its turn.</summary>
    public void Waits() => _isWaiting = true;

    private void ShowLife()
    {
        _isWaiting = false;
        Volatile.Write(ref _sign, clock.GetTimestamp());
    }
}
