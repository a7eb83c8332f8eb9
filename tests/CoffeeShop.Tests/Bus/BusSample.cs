using System.Buffers.Binary;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;

namespace CoffeeShop.Tests.Bus;

/// <summary>Messages that know their number, and what tests do with them.</summary>
internal static class BusSample
{
    private static readonly SessionId Session = new(Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057"));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static BusMessage Message(int number, int bytes = 4)
    {
        var body = new byte[Math.Max(4, bytes)];
        body.AsSpan().Fill((byte)number);
        BinaryPrimitives.WriteInt32LittleEndian(body, number);
        return new BusMessage(Session, ulong.MaxValue - (ulong)number, body);
    }

    public static int Number(this BusMessage message) => BinaryPrimitives.ReadInt32LittleEndian(message.Body.Span);

    public static int Number(this BusDelivery delivery) => delivery.Message.Number();

    /// <summary>The next delivery; one that does not come is a failure and not a hang.</summary>
    public static async Task<BusDelivery> NextAsync(this ISubscription subscription) =>
        await subscription.Deliveries.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
}

/// <summary>Counts the messages that have had their effect, each once, and knows which were said to be new though they were not.</summary>
internal sealed class CountedMessages(int count)
{
    private readonly HashSet<int> _seen = [];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when all have been seen, and fails at a repeated one that does not say so.</summary>
    public Task All => _all.Task;

    public void Add(BusDelivery delivery)
    {
        lock (_seen)
        {
            if (!_seen.Add(delivery.Number()) && !delivery.IsRedelivered)
                _all.TrySetException(new InvalidOperationException($"Message {delivery.Number()} came again, and did not say so."));
            if (_seen.Count == count) _all.TrySetResult();
        }
    }
}
