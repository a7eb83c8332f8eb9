namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// What is for one queue. A queue that is full refuses what comes, so the lane then waits a little and tries with fewer: the
/// messages under way to it are limited, by half at each refusal and by one more at each confirm.
/// </summary>
/// <param name="options">The pauses, and the greatest limit.</param>
internal sealed class OutboxLane(RabbitMqOptions options)
{
    private const int FirstLimit = 16;

    private readonly LinkedList<Publication> _waiting = [];
    private int _limit = Math.Min(FirstLimit, options.WindowMessages);
    private int _underWay;
    private int _refusals;

    /// <summary>Until when it waits, on the clock of whoever calls.</summary>
    public TimeSpan PausedUntil { get; private set; }

    /// <summary>How many wait to be sent.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Whether something could be sent, but for the pause.</summary>
    public bool IsReady => _waiting.Count > 0 && _underWay < _limit;

    /// <summary>What is to be sent next.</summary>
    public Publication Next => _waiting.First!.Value;

    public void Add(Publication publication) => _waiting.AddLast(publication);

    /// <summary>The next one is under way now.</summary>
    public void Send()
    {
        _waiting.RemoveFirst();
        _underWay++;
    }

    public void Accept()
    {
        _underWay--;
        _refusals = 0;
        _limit = Math.Min(_limit + 1, options.WindowMessages);
    }

    /// <summary>The queue is full.</summary>
    /// <returns>Whether that is new: of those under way together, the first tells, and the others repeat it.</returns>
    public bool Refuse(Publication publication, TimeSpan now)
    {
        Return(publication);
        if (now < PausedUntil) return false;
        _limit = Math.Max(1, _limit / 2);
        PausedUntil = now + options.PauseAfter(++_refusals, options.FullPauseMax);
        return _refusals == 1;
    }

    /// <summary>What was under way waits again, as the first.</summary>
    public void Return(Publication publication)
    {
        _underWay--;
        _waiting.AddFirst(publication);
    }

    /// <summary>Takes out all that wait.</summary>
    public IReadOnlyList<Publication> Clear()
    {
        List<Publication> all = [.. _waiting];
        _waiting.Clear();
        return all;
    }
}
