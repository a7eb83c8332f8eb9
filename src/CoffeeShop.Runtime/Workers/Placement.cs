using CoffeeShop.Delivery;

namespace CoffeeShop.Workers;

/// <summary>
/// Which of the processes of a role a destination had better be with, so that they share the work. It is advice and no more:
/// the queue decides who is served, and the epoch who may write.
/// </summary>
public sealed class Placement
{
    /// <summary>The one that had better have a destination is first in the line by then.</summary>
    private static readonly TimeSpan LineDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = New();
    private int _place;
    private int _places = 1;

    /// <summary>Sets which of so many processes this one is.</summary>
    /// <param name="place">From 0.</param>
    /// <param name="places">At least 1.</param>
    public void Set(int place, int places)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if ((place, places) == (_place, _places)) return;
            (_place, _places) = (place, places);
            (changed, _changed) = (_changed, New());
        }

        changed.SetResult();
    }

    /// <summary>Lets the one that had better have a destination go first.</summary>
    /// <param name="destination">The destination.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task WaitInLineAsync(Destination destination, TimeProvider clock, CancellationToken stop)
    {
        var delay = Task.Delay(LineDelay, clock, stop);
        for (var (isHere, changed) = Look(destination); !isHere; (isHere, changed) = Look(destination))
            if (await Task.WhenAny(delay, changed) == delay) break;
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Completes when the places have changed and a destination had better be elsewhere: whoever holds it goes to the end of the line.</summary>
    /// <param name="destination">The destination.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task DisplacedAsync(Destination destination, CancellationToken stop)
    {
        var (isHere, changed) = Look(destination);
        do
        {
            await changed.WaitAsync(stop);
            (isHere, changed) = Look(destination);
        }
        while (isHere);
    }

    /// <summary>Whether a destination had better be here, and what completes when that may have changed since: both of one moment.</summary>
    private (bool IsHere, Task Changed) Look(Destination destination)
    {
        lock (_lock) return (destination.Number % _places == _place, _changed.Task);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
