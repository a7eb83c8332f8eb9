using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>The <see cref="SendWindow"/> of a connection between the one who sends and the one who receives.</summary>
/// <param name="window">The window; nobody else uses it.</param>
/// <param name="times">Gets the times.</param>
internal sealed class Unacknowledged(SendWindow window, AcknowledgementTimes times)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long InputBytes, long SentAt)> _sent = new();
    private TaskCompletionSource _acknowledged = New();

    /// <summary>Whether nothing is on its way.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock) return window.Count == 0;
        }
    }

    /// <summary>Whether a batch must be sent on this connection.</summary>
    public bool MustSend(Table table, long number) => window.MustSend(table, number);

    /// <summary>Takes up a frame that is about to be sent, as soon as there is room for it.</summary>
    /// <param name="outgoing">The frame.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async ValueTask SendAsync(Outgoing outgoing, CancellationToken stop)
    {
        while (true)
        {
            Task acknowledged;
            lock (_lock)
            {
                if (window.HasRoomFor(outgoing.Bytes))
                {
                    window.Send(new SentMessage(outgoing.Table, outgoing.Number, outgoing.IsEnd, outgoing.Bytes));
                    _sent.Enqueue((outgoing.InputBytes, times.Now));
                    return;
                }

                acknowledged = _acknowledged.Task;
            }

            await acknowledged.WaitAsync(stop);
        }
    }

    /// <summary>An acknowledgement has come.</summary>
    /// <returns>What it is for, with the bytes of input up to it; null when nothing was unacknowledged.</returns>
    public (SentMessage Message, long InputBytes)? Acknowledge()
    {
        TaskCompletionSource acknowledged;
        (SentMessage, long) first;
        lock (_lock)
        {
            if (!_sent.TryDequeue(out var sent)) return null;
            first = (window.Acknowledge(times.Add(sent.SentAt))!, sent.InputBytes);
            (acknowledged, _acknowledged) = (_acknowledged, New());
        }

        acknowledged.SetResult();
        return first;
    }

    /// <summary>Waits until everything has been acknowledged.</summary>
    public async Task WaitForAllAsync(CancellationToken stop)
    {
        while (true)
        {
            Task acknowledged;
            lock (_lock)
            {
                if (window.Count == 0) return;
                acknowledged = _acknowledged.Task;
            }

            await acknowledged.WaitAsync(stop);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
