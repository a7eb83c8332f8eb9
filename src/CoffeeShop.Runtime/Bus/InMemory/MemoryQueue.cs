namespace CoffeeShop.Bus.InMemory;

/// <summary>
/// One queue. A message is in one of three places: it waits for room, is ready, or is with a consumer. A lock guards them,
/// and is held only to move messages between them.
/// </summary>
internal sealed class MemoryQueue(QueueName name, long bytesMax, bool competing)
{
    // Also messages without a body take room.
    private const int MessageBytes = 128;

    private readonly Lock _lock = new();
    private readonly Queue<QueuedMessage> _waiting = new();
    private readonly LinkedList<QueuedMessage> _ready = new();
    private readonly List<MemorySubscription> _consumers = [];
    private readonly LinkedList<Standby> _standbys = new();
    private long _bytes;
    private long _places;
    private int _pending;
    private int _turn;
    private bool _isClosed;

    /// <summary>How many messages are not acknowledged.</summary>
    public int Pending
    {
        get
        {
            lock (_lock) return _pending;
        }
    }

    /// <summary>Takes a message in, and completes when it is acknowledged.</summary>
    public Task PublishAsync(BusMessage content)
    {
        var message = new QueuedMessage(content);
        lock (_lock)
        {
            if (_isClosed) return Task.FromException(Closed());
            _pending++;
            _waiting.Enqueue(message);
            Advance();
        }

        return message.Acknowledged.Task;
    }

    /// <summary>Takes a consumer in, when it is its turn.</summary>
    public Task<MemorySubscription> SubscribeAsync(int prefetch, CancellationToken cancellationToken)
    {
        var standby = new Standby(new MemorySubscription(this, prefetch), new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            if (_isClosed) return Task.FromException<MemorySubscription>(Closed());
            if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<MemorySubscription>(cancellationToken);
            var node = _standbys.AddLast(standby);
            Advance();
            if (node.List is null) return standby.Begun.Task;
        }

        return WaitAsync(standby, cancellationToken);
    }

    /// <summary>A consumer says that a message has had its effect.</summary>
    public void Acknowledge(MemorySubscription consumer, QueuedMessage message)
    {
        lock (_lock)
        {
            // Said before, or too late: somebody else has it.
            if (!consumer.Unacknowledged.Remove(message)) return;
            _pending--;
            _bytes -= SizeOf(message);
            Advance();
        }

        message.Acknowledged.TrySetResult();
    }

    /// <summary>A consumer ends. What it had comes first again, in the order in which it had come.</summary>
    public void Leave(MemorySubscription consumer)
    {
        lock (_lock)
        {
            if (!_consumers.Remove(consumer)) return;
            consumer.End();
            foreach (var message in consumer.Unacknowledged.OrderByDescending(message => message.Place))
            {
                message.IsRedelivered = true;
                _ready.AddFirst(message);
            }

            consumer.Unacknowledged.Clear();
            Advance();
        }
    }

    /// <summary>Ends everything.</summary>
    public void Close()
    {
        List<QueuedMessage> lost;
        lock (_lock)
        {
            if (_isClosed) return;
            _isClosed = true;
            lost = [.. _waiting, .. _ready, .. _consumers.SelectMany(consumer => consumer.Unacknowledged)];
            foreach (var consumer in _consumers)
            {
                consumer.End();
                consumer.Unacknowledged.Clear();
            }

            foreach (var standby in _standbys) standby.Begun.TrySetException(Closed());
            _consumers.Clear();
            _standbys.Clear();
            _waiting.Clear();
            _ready.Clear();
            _pending = 0;
        }

        foreach (var message in lost) message.Acknowledged.TrySetException(Closed());
    }

    private static int SizeOf(QueuedMessage message) => MessageBytes + message.Content.Body.Length;

    private BusException Closed() => new($"The bus has been closed: whether a message to {name} had its effect is not known.");

    // Moves on whatever can be moved on: called whenever something has changed.
    private void Advance()
    {
        while (_standbys.First is { } first && (competing || _consumers.Count == 0))
        {
            _standbys.RemoveFirst();
            _consumers.Add(first.Value.Subscription);
            first.Value.Begun.SetResult(first.Value.Subscription);
        }

        while (_waiting.TryPeek(out var message) && (_bytes == 0 || _bytes + SizeOf(message) <= bytesMax))
        {
            _bytes += SizeOf(message);
            message.Place = ++_places;
            _ready.AddLast(_waiting.Dequeue());
        }

        while (_ready.First is { } next && NextConsumer() is { } consumer)
        {
            _ready.RemoveFirst();
            consumer.Take(next.Value);
        }
    }

    // Consumers take turns, except that one that has its fill is passed over.
    private MemorySubscription? NextConsumer()
    {
        for (var i = 0; i < _consumers.Count; i++)
        {
            _turn = (_turn + 1) % _consumers.Count;
            if (_consumers[_turn].HasRoom) return _consumers[_turn];
        }

        return null;
    }

    private async Task<MemorySubscription> WaitAsync(Standby standby, CancellationToken cancellationToken)
    {
        using var cancellation = cancellationToken.Register(() =>
        {
            lock (_lock)
                if (!_standbys.Remove(standby)) return;
            standby.Begun.TrySetCanceled(cancellationToken);
        });
        return await standby.Begun.Task;
    }

    private sealed record Standby(MemorySubscription Subscription, TaskCompletionSource<MemorySubscription> Begun);
}
