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
                log.StartingOver(name, _pause.TotalMilliseconds, e.Message);
                await Task.Delay(_pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _pause = _pause * 2 < options.PauseMax ? _pause * 2 : options.PauseMax;
            }
        }
    }

    /// <summary>The work goes well: the next trouble is a new one.</summary>
    public void GoesWell() => _pause = options.PauseMin;
}
