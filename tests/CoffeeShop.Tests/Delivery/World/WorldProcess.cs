using CoffeeShop.Bus;
using CoffeeShop.Workers;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A process of the world. It dies, and begins again; it is paused, and wakes up without knowing.</summary>
internal abstract class WorldProcess(WorldState world, string name)
{
    private readonly Queue<(int Life, Action Response)> _responses = new();

    /// <summary>Counts its lives: what was asked for in an earlier one is answered to nobody.</summary>
    public int Life { get; private set; }

    public bool IsPaused { get; private set; }

    protected WorldState World => world;

    /// <summary>Does the next thing, up to where it waits.</summary>
    /// <returns>Whether there was something to do.</returns>
    public abstract bool Step();

    /// <summary>It is gone with all that it had in memory, and begins again.</summary>
    public void Crash()
    {
        Life++;
        IsPaused = false;
        _responses.Clear();
        world.Database.Lose(this);
        world.Bus.Lose(this);
        Forget();
    }

    public void Pause() => IsPaused = true;

    public void Wake()
    {
        IsPaused = false;
        while (!IsPaused && _responses.TryDequeue(out var next)) Post(next.Life, next.Response);
    }

    /// <summary>Answers something that it asked for.</summary>
    /// <param name="life">The life in which it was asked for.</param>
    /// <param name="response">Goes on with what waited.</param>
    public void Post(int life, Action response)
    {
        if (life != Life) return;
        if (IsPaused) _responses.Enqueue((life, response));
        else response();
    }

    public override string ToString() => name;

    protected abstract void Forget();
}

/// <summary>A process that consumes a queue, and starts over after trouble. What it does with deliveries is the code of the workers.</summary>
internal abstract class WorldWorker : WorldProcess
{
    private readonly QueueName _queue;
    private readonly int _prefetch;
    private Task _work = Task.CompletedTask;

    protected WorldWorker(WorldState world, string name, QueueName queue, int prefetch) : base(world, name)
    {
        (_queue, _prefetch) = (queue, prefetch);
        Storage = new WorldStorage(this, world.Database, world.Shards);
        Bus = new WorldBusOf(this, world.Bus);
        Pins = new SessionPins(Storage);
    }

    protected WorldStorage Storage { get; }

    protected WorldBusOf Bus { get; }

    protected SessionPins Pins { get; private set; }

    protected WorldSubscription? Subscription { get; private set; }

    public override bool Step()
    {
        if (!_work.IsCompleted) return false;
        if (_work.IsFaulted)
        {
            var failure = _work.Exception!.InnerException!;
            if (failure is WorldViolation) throw failure;
            if (!Supervision.IsTrouble(failure)) throw new InvalidOperationException($"{this} cannot go on: {failure.Message}", failure);
            StartOver(failure.Message);
            return true;
        }

        if (Subscription is null)
        {
            Subscription = World.Bus.Subscribe(this, _queue, _prefetch);
            return true;
        }

        if (Trouble is { } trouble)
        {
            StartOver(trouble);
            return true;
        }

        if (!HasWork(Subscription)) return false;
        _work = WorkAsync(Subscription);
        return true;
    }

    /// <summary>What has been found out beside the work, and ends it.</summary>
    protected virtual string? Trouble => Subscription!.IsLost && !Subscription.Deliveries.TryPeek(out _) ? "its subscription was lost" : null;

    protected abstract bool HasWork(WorldSubscription subscription);

    protected abstract Task WorkAsync(WorldSubscription subscription);

    /// <summary>What is kept no longer than a subscription.</summary>
    protected abstract void StartAnew();

    protected override void Forget()
    {
        (Subscription, _work, Pins) = (null, Task.CompletedTask, new SessionPins(Storage));
        StartAnew();
    }

    private void StartOver(string reason)
    {
        if (World.IsTold) World.Tell($"{this} starts over: {reason}");
        World.Bus.End(Subscription!);
        (Subscription, _work) = (null, Task.CompletedTask);
        StartAnew();
    }
}
