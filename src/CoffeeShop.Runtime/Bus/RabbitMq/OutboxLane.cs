namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// What is for one queue. A bundle goes when it is full or nothing is under way to the queue: what comes in the meantime travels
/// together, and nothing waits for a clock. A queue that is full refuses what comes, so the lane then waits a little and
/// tries with fewer: the bundles under way to it are limited, by half at each refusal and by one more at each confirm.
/// </summary>
/// <param name="queue">The queue.</param>
/// <param name="options">The pauses, and the greatest limits.</param>
internal sealed class OutboxLane(QueueName queue, RabbitMqOptions options)
{
    private const int FirstLimit = 16;

    private readonly LinkedList<Publication> _waiting = [];
    private int _limit = Math.Min(FirstLimit, options.WindowBundles);
    private long _bytesWaiting;
    private int _underWay;
    private int _refusals;

    public QueueName Queue => queue;

    /// <summary>Until when it waits, on the clock of whoever calls.</summary>
    public TimeSpan PausedUntil { get; private set; }

    /// <summary>How much of it the broker has taken.</summary>
    public (long Bundles, long Messages, long Bytes) Taken { get; private set; }

    /// <summary>How many wait to be sent.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Whether something could be sent, but for the pause.</summary>
    public bool IsReady => _waiting.Count > 0 && _underWay < _limit && (_underWay == 0 || _bytesWaiting >= options.BundleBytes || _waiting.Count >= RabbitMqOptions.BundleMessagesMax);

    /// <summary>The size of what is to be sent next, at least.</summary>
    public int NextBytes => _waiting.First!.Value.Bytes;

    public void Add(Publication publication)
    {
        _waiting.AddLast(publication);
        _bytesWaiting += publication.Bytes;
    }

    /// <summary>The next ones are under way now.</summary>
    /// <param name="bytesMax">How many bytes they may have. A message that has more goes alone.</param>
    public IReadOnlyList<Publication> Send(long bytesMax)
    {
        var (sent, bytes) = (new List<Publication>(), 0L);
        while (_waiting.First is { Value: var next } && sent.Count < RabbitMqOptions.BundleMessagesMax && (sent.Count == 0 || bytes + next.Bytes <= bytesMax))
        {
            _waiting.RemoveFirst();
            sent.Add(next);
            bytes += next.Bytes;
        }

        _bytesWaiting -= bytes;
        _underWay++;
        return sent;
    }

    public void Accept(Bundle bundle)
    {
        _underWay--;
        _refusals = 0;
        _limit = Math.Min(_limit + 1, options.WindowBundles);
        Taken = (Taken.Bundles + 1, Taken.Messages + bundle.Publications.Count, Taken.Bytes + bundle.Bytes);
    }

    /// <summary>What was under way never arrives.</summary>
    public void Fail() => _underWay--;

    /// <summary>The queue is full.</summary>
    /// <returns>Whether that is new: of those under way together, the first tells, and the others repeat it.</returns>
    public bool Refuse(Bundle bundle, TimeSpan now)
    {
        Return(bundle);
        if (now < PausedUntil) return false;
        _limit = Math.Max(1, _limit / 2);
        PausedUntil = now + options.PauseAfter(++_refusals, options.FullPauseMax);
        return _refusals == 1;
    }

    /// <summary>What was under way waits again, as the first.</summary>
    public void Return(Bundle bundle)
    {
        _underWay--;
        foreach (var publication in bundle.Publications.Reverse()) _waiting.AddFirst(publication);
        _bytesWaiting += bundle.Bytes;
    }

    /// <summary>Takes out all that wait.</summary>
    public IReadOnlyList<Publication> Clear()
    {
        List<Publication> all = [.. _waiting];
        _waiting.Clear();
        _bytesWaiting = 0;
        return all;
    }
}
