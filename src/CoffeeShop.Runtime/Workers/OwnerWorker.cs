using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>Hosts the owner of one destination: begins anew from the journal whenever a write is refused or its outcome is unknown.</summary>
internal sealed class OwnerWorker(Destination destination, Placement placement, IBus bus, IStorage storage, SessionPins pins, WorkerOptions options, TimeProvider clock, ILogger log)
{
    private readonly TaskCompletionSource _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Suspicion _suspicion = new(storage, QueueName.Of(destination), options.Poison, log);

    public string Name => destination.ToString();

    public Supervision Supervision { get; } = new($"{destination}", options, clock, log);

    /// <summary>Completes when it has taken over and recovered for the first time.</summary>
    public Task Recovered => _recovered.Task;

    /// <summary>Works until it is stopped: the group in hand is finished, and the other deliveries go back to the queue.</summary>
    public Task RunAsync(CancellationToken stop) => Supervision.RunAsync(() => OwnAsync(stop), stop);

    private async Task OwnAsync(CancellationToken stop)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            await placement.WaitInLineAsync(destination, clock, leaving.Token);
            await OwnAsync(placement.DisplacedAsync(destination, leaving.Token), stop);
        }
        finally
        {
            await leaving.CancelAsync();
        }
    }

    private async Task OwnAsync(Task displaced, CancellationToken stop)
    {
        // Whoever is served should own the destination; the claim makes it so, before anything is read. A standby claims
        // nothing. It misses nothing either: whatever is not safely answered or emitted has a message that comes again.
        await using var subscription = await bus.SubscribeAsync(QueueName.Of(destination), options.OwnerPrefetch, stop);
        Supervision.Waits();
        if (await Task.WhenAny(subscription.Turn, displaced).WaitAsync(stop) == displaced) return;
        // A recovery takes as long as the journal is long, and is no silence.
        var claim = await storage.TakeOverAsync(destination);
        var owned = new OwnedDestination(claim, bus, storage, pins, options.Owner, _suspicion, log);
        await owned.RecoverAsync();
        _recovered.TrySetResult();
        using var timer = new PeriodicTimer(options.LookInterval, clock);
        Task<bool>? more = null, confirmed = null, look = null;
        while (!stop.IsCancellationRequested)
        {
            await owned.ConfirmAsync();
            Supervision.Count(await owned.HandleAsync(subscription.Deliveries));
            Supervision.GoesWell();
            more ??= subscription.Deliveries.WaitToReadAsync(stop).AsTask();
            confirmed ??= owned.Outcomes.WaitToReadAsync(stop).AsTask();
            look ??= timer.WaitForNextTickAsync(stop).AsTask();
            await Task.WhenAny(more, confirmed, look, displaced);
            if (displaced.IsCompleted) return;
            if (look.IsCompleted)
            {
                await look;
                look = null;
                await owned.LookForEndedAsync();
            }

            if (confirmed.IsCompleted) confirmed = null;
            if (!more.IsCompleted) continue;
            if (!await more) throw new BusException($"The subscription of {destination} was lost.");
            more = null;
        }
    }
}
