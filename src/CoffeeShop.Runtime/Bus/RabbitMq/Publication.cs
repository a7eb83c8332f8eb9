namespace CoffeeShop.Bus.RabbitMq;

/// <summary>A message on its way to the broker.</summary>
/// <param name="queue">Where to.</param>
/// <param name="message">The message.</param>
/// <param name="id">What a returned message is recognised by.</param>
internal sealed class Publication(QueueName queue, BusMessage message, string id)
{
    public QueueName Queue => queue;

    public BusMessage Message => message;

    public string Id => id;

    public int Bytes => message.Body.Length;

    /// <summary>Completes when it is confirmed. Whoever waits goes on elsewhere, outside of the lock of the outbox.</summary>
    public TaskCompletionSource Confirmed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the broker has found no queue for it. It confirms the message nevertheless, afterwards.</summary>
    public bool IsReturned { get; set; }
}
