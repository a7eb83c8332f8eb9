namespace CoffeeShop.Bus.RabbitMq;

/// <summary>How this process uses the broker.</summary>
/// <param name="Address">The broker and the virtual host.</param>
public sealed record RabbitMqOptions(RabbitMqAddress Address)
{
    /// <summary>What the console of the broker calls the connections of this process.</summary>
    public string Name { get; init; } = "coffee";

    /// <summary>How many messages travel together at most.</summary>
    public const int BundleMessagesMax = 64;

    /// <summary>How many bytes of messages travel together at most. A larger message goes alone, at once.</summary>
    public int BundleBytes { get; init; } = 64 << 10;

    /// <summary>
    /// How many bundles of messages are under way to the broker at most, unconfirmed. Fewer than the 128 frames that the client library keeps
    /// for a connection: a publisher that waits for room there while the connection is lost waits for ever, and so does its end.
    /// </summary>
    public int WindowBundles { get; init; } = 100;

    /// <summary>How many bytes are under way to the broker at most, unconfirmed. A larger message goes alone.</summary>
    public long WindowBytes { get; init; } = 32 << 20;

    /// <summary>
    /// How many bytes wait in each queue at most. Publishers keep it, each as far as it can see (<see cref="OutboxLane"/>), and quorum queues
    /// refuse what is beyond. What a consumer has in hand does not count, so a queue may have more when that comes back.
    /// </summary>
    public long QueueBytesMax { get; init; } = 32 << 20;

    /// <summary>After twice this time without a sign of life, either side takes the other for dead: it bounds how long a paused owner keeps its queue.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the first connection may be tried for when nobody answers.</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The first pause before a connection is tried again, or a message that found its queue full. It doubles, and is cut by chance to half at most.</summary>
    public TimeSpan PauseMin { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest pause before a connection is tried again.</summary>
    public TimeSpan ReconnectPauseMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause before a queue that was full is looked at or tried again.</summary>
    public TimeSpan FullPauseMax { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause after a number of failures.</summary>
    /// <param name="failures">How many, from 1.</param>
    /// <param name="max">The longest pause.</param>
    internal TimeSpan PauseAfter(int failures, TimeSpan max) =>
        TimeSpan.FromTicks(Math.Min(PauseMin.Ticks << Math.Min(failures - 1, 20), max.Ticks)) * (0.5 + (Random.Shared.NextDouble() / 2));
}
