using CoffeeShop.Delivery;

namespace CoffeeShop.Workers;

/// <summary>How the workers of a process work.</summary>
public sealed record WorkerOptions
{
    /// <summary>How many filters there are.</summary>
    public int Filters { get; init; } = Environment.ProcessorCount;

    /// <summary>How many batches a filter has in hand, most of them waiting until their messages are safe.</summary>
    public int FilterPrefetch { get; init; } = 16;

    /// <summary>How many batches in hand become messages that travel together, at most. In memory nothing travels, and the first need not wait.</summary>
    public int FilterGroupMax { get; init; } = 1;

    /// <summary>How long after a group of batches the next one goes, if it does not fill before.</summary>
    public TimeSpan FilterInterval { get; init; } = TimeSpan.Zero;

    /// <summary>How many messages an owner has in hand: more make larger groups.</summary>
    public int OwnerPrefetch { get; init; } = 512;

    /// <summary>How owners group and keep what they get.</summary>
    public OwnerOptions Owner { get; init; } = new();

    /// <summary>How often a message may fail or end the process before it fails its session.</summary>
    public Poison Poison { get; init; } = new();

    /// <summary>How often owners ask which of their sessions are still open.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The first pause after trouble of the bus or the database. It doubles up to <see cref="PauseMax"/>.</summary>
    public TimeSpan PauseMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause after trouble.</summary>
    public TimeSpan PauseMax { get; init; } = TimeSpan.FromSeconds(5);
}
