using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Observability;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>
/// One of any number of filters: takes batches, sends what they say to the owners, and acknowledges each batch when all of its
/// messages are safe. Keeps nothing.
/// </summary>
internal sealed class FilterWorker(string name, IBus bus, IStorage storage, SessionPins pins, WorkerOptions options, TimeProvider clock, ILogger log)
{
    private readonly BatchFilter _filter = new();
    private readonly Suspicion _suspicion = new(storage, QueueName.Filter, options.Poison, log);
    private readonly Supervision _supervision = new(name, options, clock, log);

    public string Name => name;

    public Supervision Supervision => _supervision;

    /// <summary>Works until it is stopped. Batches that are not done by then go back to the queue.</summary>
    public Task RunAsync(CancellationToken stop) => _supervision.RunAsync(() => ServeAsync(stop), stop);

    private async Task ServeAsync(CancellationToken stop)
    {
        await using var subscription = await bus.SubscribeAsync(QueueName.Filter, options.FilterPrefetch, stop);
        // The first message that cannot be published ends the subscription, which brings all that is in hand again.
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var group = new List<Filtered>();
        var (more, sent) = (Task.FromResult(true), clock.GetTimestamp());
        while (true)
        {
            while (!stop.IsCancellationRequested && !failed.Task.IsCompleted && group.Count < options.FilterGroupMax && subscription.Deliveries.TryRead(out var delivery))
            {
                _supervision.Count(1);
                if (await HandleAsync(delivery) is { } filtered) group.Add(filtered);
                // Under load there is always a next one.
                _supervision.GoesWell();
            }

            if (group.Count > 0 && (group.Count == options.FilterGroupMax || clock.GetElapsedTime(sent) >= options.FilterInterval))
            {
                _ = SendAsync(group, failed);
                (group, sent) = ([], clock.GetTimestamp());
            }

            if (more.IsCompleted) more = subscription.Deliveries.WaitToReadAsync(stop).AsTask();
            var patience = group.Count > 0 ? options.FilterInterval - clock.GetElapsedTime(sent) : options.LookInterval;
            if (!more.IsCompleted && patience > TimeSpan.Zero) await Task.WhenAny(failed.Task, more, Task.Delay(patience, clock, stop));
            if (failed.Task.IsCompleted) await failed.Task;
            if (more.IsCompleted && !await more) throw new BusException("The subscription of a filter was lost.");
            _supervision.GoesWell();
        }
    }

    /// <summary>What a batch becomes, or null when there is nothing to send for it.</summary>
    public async ValueTask<Filtered?> HandleAsync(BusDelivery delivery)
    {
        if (await pins.FindAsync(delivery.Message.Session) is not { } pin)
        {
            delivery.Acknowledge();
            return null;
        }

        if (!delivery.IsRedelivered && TryFilter(delivery, pin, out var routed)) return Wrap(delivery, routed, pin);
        routed = null;
        var known = NameOf(delivery);
        if (!await _suspicion.HandleAsync(known, () => routed = Filter(delivery, pin), () => Task.CompletedTask))
        {
            delivery.Acknowledge();
            return null;
        }

        return Wrap(delivery, routed ?? [], pin);
    }

    private static Filtered? Wrap(BusDelivery delivery, IReadOnlyList<Routed> routed, SessionPin pin) =>
        routed.Count > 0 ? new Filtered(delivery, [.. routed.Select(one => (one.Destination, one.Message.For(one.Destination, pin.Shards, delivery.IsRedelivered)))]) : null;

    /// <summary>False when it fails: then it is tried again, and counted.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a batch brings about, only its session may fail of it; the second attempt tells what it was.")]
    private bool TryFilter(BusDelivery delivery, SessionPin pin, [NotNullWhen(true)] out IReadOnlyList<Routed>? routed)
    {
        try
        {
            routed = Filter(delivery, pin);
            return true;
        }
        catch (Exception)
        {
            routed = null;
            return false;
        }
    }

    /// <summary>Nothing when the batch is left to others.</summary>
    private IReadOnlyList<Routed> Filter(BusDelivery delivery, SessionPin pin)
    {
        if (delivery.Open() is not { } message)
        {
            log.LeftForeign(delivery.Message.Session, name);
            return [];
        }

        var routed = _filter.Filter(message, pin);
        if (log.IsEnabled(LogLevel.Debug)) log.Filtered(message.Session, $"{message.Input}", message.Number, routed.Count);
        return routed;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The message is opened once more where its failure is counted and told.")]
    private static Message NameOf(BusDelivery delivery)
    {
        try
        {
            return delivery.Open() ?? delivery.Unopened();
        }
        catch (Exception)
        {
            return delivery.Unopened();
        }
    }

    /// <summary>
    /// Sends what batches become, all that goes to a destination together, and acknowledges the batches when all of it is safe. What cannot
    /// be published is told, and not thrown.
    /// </summary>
    public async Task SendAsync(IReadOnlyList<Filtered> group, TaskCompletionSource failed)
    {
        try
        {
            await Task.WhenAll(group.SelectMany(filtered => filtered.Messages).GroupBy(routed => routed.Destination, routed => routed.Message).Select(PublishAsync));
            foreach (var filtered in group)
            {
                FailPoint.FilterAcknowledging.Hit();
                filtered.Delivery.Acknowledge();
                FailPoint.FilterAcknowledged.Hit();
            }
        }
        catch (Exception e)
        {
            failed.TrySetException(e);
        }
    }

    private async Task PublishAsync(IGrouping<Destination, BusMessage> messages)
    {
        foreach (var _ in messages) FailPoint.FilterPublishing.Hit();
        await bus.PublishAllAsync(QueueName.Of(messages.Key), [.. messages]);
        foreach (var _ in messages) FailPoint.FilterPublished.Hit();
    }

    /// <summary>A batch, and what it becomes.</summary>
    internal sealed record Filtered(BusDelivery Delivery, IReadOnlyList<(Destination Destination, BusMessage Message)> Messages);
}
