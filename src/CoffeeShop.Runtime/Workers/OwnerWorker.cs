using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>Hosts the owner of one destination: begins anew from the journal whenever a write is refused or its outcome is unknown.</summary>
internal sealed class OwnerWorker(Destination destination, IBus bus, IStorage storage, SessionPins pins, WorkerOptions options, TimeProvider clock, ILogger log)
{
    private readonly Suspicion _suspicion = new(storage, QueueName.Of(destination), log);

    public string Name => destination.ToString();

    /// <summary>Works until it is stopped: the group in hand is finished, and the other deliveries go back to the queue.</summary>
    /// <exception cref="InvalidDataException">The journal is damaged.</exception>
    public Task RunAsync(CancellationToken stop)
    {
        var supervision = new Supervision(Name, options, clock, log);
        return supervision.RunAsync(() => OwnAsync(supervision, stop), stop);
    }

    private async Task OwnAsync(Supervision supervision, CancellationToken stop)
    {
        // Whoever is served should own the destination; the claim makes it so, before anything is read. A standby claims
        // nothing. It misses nothing either: whatever is not safely answered or emitted has a message that comes again.
        await using var subscription = await bus.SubscribeAsync(QueueName.Of(destination), options.OwnerPrefetch, stop);
        await subscription.Turn.WaitAsync(stop);
        var claim = await storage.TakeOverAsync(destination);
        var owned = new OwnedDestination(claim, bus, storage, pins, options.Owner, _suspicion, log);
        await owned.RecoverAsync();
        using var timer = new PeriodicTimer(options.LookInterval, clock);
        Task<bool>? more = null, confirmed = null, look = null;
        while (!stop.IsCancellationRequested)
        {
            await owned.ConfirmAsync();
            await owned.HandleAsync(subscription.Deliveries, stop);
            supervision.GoesWell();
            more ??= subscription.Deliveries.WaitToReadAsync(stop).AsTask();
            confirmed ??= owned.Outcomes.WaitToReadAsync(stop).AsTask();
            look ??= timer.WaitForNextTickAsync(stop).AsTask();
            await Task.WhenAny(more, confirmed, look);
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
