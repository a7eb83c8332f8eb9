namespace CoffeeShop.Bus.RabbitMq;

/// <summary>A message on its way to the broker.</summary>
/// <param name="message">The message.</param>
internal sealed class Publication(BusMessage message)
{
    public BusMessage Message => message;

    public int Bytes => message.Body.Length;

    /// <summary>Completes when it is confirmed. Whoever waits goes on elsewhere, outside of the lock of the outbox.</summary>
    public TaskCompletionSource Confirmed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
