using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>Hosts the owner of a destination: the loop of the real one, around the real code of a claim.</summary>
internal sealed class OwnerProcess : WorldWorker
{
    private readonly OwnerOptions _options;
    private Suspicion _suspicion = null!;
    private OwnedDestination? _owned;
    private bool _isRecovered;

    public OwnerProcess(WorldState world, Destination destination, int number, OwnerOptions options) : base(world, $"{destination}/{number}", QueueName.Of(destination), prefetch: 6)
    {
        (Destination, _options) = (destination, options);
        _suspicion = NewSuspicion();
    }

    public Destination Destination { get; }

    /// <summary>Whether it should ask which sessions are open, as it does every second.</summary>
    public bool IsLookDue { get; set; }

    /// <summary>Whether it makes the state from the journal just now.</summary>
    public bool IsRecovering => _owned is not null && !_isRecovered;

    public int HeldSessions => _owned?.Sessions.Count ?? 0;

    protected override bool HasWork(WorldSubscription subscription) => _owned is null ? subscription.HasTurn
        : IsLookDue || subscription.Deliveries.TryPeek(out _) || _owned.Outcomes.TryPeek(out _);

    protected override async Task WorkAsync(WorldSubscription subscription)
    {
        if (_owned is not { } owned)
        {
            var claim = await Storage.TakeOverAsync(Destination);
            _owned = owned = new OwnedDestination(claim, Bus, Storage, Pins, _options, _suspicion, NullLogger.Instance);
            await owned.RecoverAsync();
            _isRecovered = true;
            return;
        }

        await owned.ConfirmAsync();
        await owned.HandleAsync(subscription.Deliveries);
        if (!IsLookDue) return;
        IsLookDue = false;
        await owned.LookForEndedAsync();
    }

    protected override void StartAnew() => (_owned, _isRecovered, IsLookDue) = (null, false, false);

    protected override void Forget()
    {
        base.Forget();
        _suspicion = NewSuspicion();
    }

    private Suspicion NewSuspicion() => new(Storage, QueueName.Of(Destination), new Poison(), NullLogger.Instance);
}

/// <summary>A filter: the loop of the real one, around its real handling of a batch.</summary>
internal sealed class FilterProcess : WorldWorker
{
    private FilterWorker _filter;
    private TaskCompletionSource _failed = new();

    public FilterProcess(WorldState world, int number) : base(world, $"filter.{number}", QueueName.Filter, prefetch: 4) => _filter = NewFilter();

    protected override string? Trouble => _failed.Task.IsFaulted ? _failed.Task.Exception!.InnerException!.Message : base.Trouble;

    protected override bool HasWork(WorldSubscription subscription) => subscription.Deliveries.TryPeek(out _);

    protected override async Task WorkAsync(WorldSubscription subscription)
    {
        var (failed, group) = (_failed, new List<FilterWorker.Filtered>());
        while (!failed.Task.IsCompleted && subscription.Deliveries.TryRead(out var delivery))
        {
            if (await _filter.HandleAsync(delivery) is { } filtered) group.Add(filtered);
        }

        _ = _filter.SendAsync(group, failed);
    }

    protected override void StartAnew() => _failed = new TaskCompletionSource();

    protected override void Forget()
    {
        base.Forget();
        _filter = NewFilter();
    }

    private FilterWorker NewFilter() => new($"{this}", Bus, Storage, Pins, new WorkerOptions(), TimeProvider.System, NullLogger.Instance);
}
