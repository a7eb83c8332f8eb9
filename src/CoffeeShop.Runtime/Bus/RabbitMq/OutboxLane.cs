namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// What is for one queue. A bundle goes when it is full or nothing is under way to the queue: what comes in the meantime travels
/// together, and nothing waits for a clock. A lane keeps the bound of its queue: it wants the length of the queue to be looked at after every
/// sixteenth of the bound that it has sent, does not send more than an eighth without a look, and waits as long as the queue is full. A queue
/// that refuses what comes, as quorum queues do, makes it wait too and try with fewer: the bundles under way are limited, by half at each
/// refusal and by one more at each confirm.
/// </summary>
/// <param name="queue">The queue.</param>
/// <param name="options">The bound of the queue, the pauses, and the greatest limits.</param>
internal sealed class OutboxLane(QueueName queue, RabbitMqOptions options)
{
    private const int FirstLimit = 16;

    private const int LooksPerBound = 16;

    private readonly LinkedList<Publication> _waiting = [];
    private int _limit = Math.Min(FirstLimit, options.WindowBundles);
    private long _bytesWaiting;
    private int _underWay;
    private long _bytesUnderWay;
    private int _refusals;
    private (long Bundles, long Bytes) _sentSinceLook;
    private double _bytesOfBundle;
    private long _bytesUnderWayAtLook;
    private bool _isLookedAt;
    private int _fullLooks;
    private bool _isTold;

    public QueueName Queue => queue;

    /// <summary>Until when it waits, on the clock of whoever calls.</summary>
    public TimeSpan PausedUntil { get; private set; }

    /// <summary>How much of it the broker has taken.</summary>
    public (long Bundles, long Messages, long Bytes) Taken { get; private set; }

    /// <summary>How many wait to be sent.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Whether something could be sent, but for the pause.</summary>
    public bool IsReady => _waiting.Count > 0 && _underWay < _limit && (_underWay == 0 || _bytesWaiting >= options.BundleBytes || _waiting.Count >= RabbitMqOptions.BundleMessagesMax);

    /// <summary>Whether the length of the queue is to be looked at, but for the pause.</summary>
    public bool WantsLook => !_isLookedAt && (_fullLooks > 0 || IsSpan(_sentSinceLook.Bytes));

    /// <summary>Whether nothing may be sent before the queue has been looked at.</summary>
    public bool NeedsLook => _fullLooks > 0 || _sentSinceLook.Bytes > options.QueueBytesMax / LooksPerBound * 2;

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
        _bytesUnderWay += bytes;
        _sentSinceLook = (_sentSinceLook.Bundles + 1, _sentSinceLook.Bytes + bytes);
        return sent;
    }

    /// <summary>The queue is being looked at.</summary>
    public void BeginLook()
    {
        if (IsSpan(_sentSinceLook.Bytes))
        {
            _bytesOfBundle = (double)_sentSinceLook.Bytes / _sentSinceLook.Bundles;
            _sentSinceLook = default;
        }

        _bytesUnderWayAtLook = _bytesUnderWay;
        _isLookedAt = true;
    }

    /// <summary>
    /// The queue has been looked at. What is under way, or was at the beginning of the look, may not have been counted, and counts here; those
    /// that were are taken to have the size of the last sixteenth that was sent: the broker tells no client how many bytes a queue has.
    /// </summary>
    /// <param name="length">How many bundles wait in the queue; null when that could not be found out.</param>
    /// <param name="now">The time, as for <see cref="PausedUntil"/>.</param>
    /// <returns>Whether it has been found full and had not been at the look before.</returns>
    public bool EndLook(long? length, TimeSpan now)
    {
        _isLookedAt = false;
        if ((length * _bytesOfBundle) + Math.Max(_bytesUnderWay, _bytesUnderWayAtLook) <= options.QueueBytesMax)
        {
            (_fullLooks, _isTold) = (0, false);
            return false;
        }

        PausedUntil = now + options.PauseAfter(++_fullLooks, options.FullPauseMax);
        var isNew = length is not null && !_isTold;
        _isTold |= isNew;
        return isNew;
    }

    public void Accept(Bundle bundle)
    {
        Settle(bundle);
        _refusals = 0;
        _limit = Math.Min(_limit + 1, options.WindowBundles);
        Taken = (Taken.Bundles + 1, Taken.Messages + bundle.Publications.Count, Taken.Bytes + bundle.Bytes);
    }

    /// <summary>What was under way never arrives.</summary>
    public void Fail(Bundle bundle) => Settle(bundle);

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
        Settle(bundle);
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

    /// <summary>Whether so many bytes are enough to look at the queue again, and to know what a bundle has.</summary>
    private bool IsSpan(long bytes) => bytes > options.QueueBytesMax / LooksPerBound;

    private void Settle(Bundle bundle)
    {
        _underWay--;
        _bytesUnderWay -= bundle.Bytes;
    }
}
