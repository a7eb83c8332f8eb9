namespace CoffeeShop.Bus.InMemory;

/// <summary>A message in a queue.</summary>
/// <param name="content">What was published.</param>
internal sealed class QueuedMessage(BusMessage content)
{
    public BusMessage Content => content;

    /// <summary>Completes when its consumer has acknowledged it. Whoever waits goes on elsewhere, outside of the lock of the queue.</summary>
    public TaskCompletionSource Acknowledged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its place in the order of the queue.</summary>
    public long Place { get; set; }

    /// <summary>Whether it has been with a consumer that ended, or may have been before it came here.</summary>
    public bool IsRedelivered { get; set; } = content.IsRepeated;
}
