using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>
/// What a client has sent and not heard of yet, bounded in number and bytes. Acknowledgements carry no number: they come in
/// the order of sending. How many may be on their way follows from how long they take: few to a busy server, where more would
/// only wait in line, and as many as are allowed to one that takes them up at once.
/// </summary>
/// <param name="countMax">No more messages may be unacknowledged.</param>
/// <param name="bytesMax">No more bytes may be unacknowledged, unless it is a single message.</param>
public sealed class SendWindow(int countMax, long bytesMax)
{
    /// <summary>Acknowledgements that take so much longer than the quickest mean a line in front of the server.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(12);

    private readonly Queue<SentMessage> _sent = new();
    private IReadOnlyDictionary<Table, long> _marks = new Dictionary<Table, long>();

    // What a line takes that has nobody waiting in it: the way there and back, and a disk.
    private TimeSpan _waitMin = TimeSpan.MaxValue;
    private int _room = Math.Min(2, countMax);
    private int _acknowledgedInTime;
    private int _sentBeforeLess;
    private bool _hadLess;

    /// <summary>How many messages may be unacknowledged at present.</summary>
    public int Room => _room;

    /// <summary>How many messages are unacknowledged.</summary>
    public int Count => _sent.Count;

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether a message may be sent now.</summary>
    /// <param name="bytes">Its bytes.</param>
    public bool HasRoomFor(int bytes) => Count == 0 || (Count < _room && Bytes + bytes <= bytesMax);

    /// <summary>A message is sent.</summary>
    /// <param name="message">The message.</param>
    public void Send(SentMessage message)
    {
        if (!HasRoomFor(message.Bytes)) throw new InvalidOperationException("The window is full.");
        _sent.Enqueue(message);
        Bytes += message.Bytes;
    }

    /// <summary>An acknowledgement has come.</summary>
    /// <param name="waited">How long it took.</param>
    /// <returns>What it is for, or null when nothing was unacknowledged: the server does not keep to the protocol.</returns>
    public SentMessage? Acknowledge(TimeSpan waited)
    {
        if (!_sent.TryDequeue(out var first)) return null;
        Bytes -= first.Bytes;
        if (waited < _waitMin) _waitMin = waited;
        if (waited - _waitMin > WaitMax) GiveLess();
        else GiveMore();
        _sentBeforeLess = Math.Max(0, _sentBeforeLess - 1);
        return first;
    }

    /// <summary>
    /// Begins anew on another connection: what has been sent and acknowledged counts for nothing against the marks of the
    /// server, even where they are lower than what it had acknowledged.
    /// </summary>
    /// <param name="marks">The number of the last batch of each table that the server has for good.</param>
    public void Restart(IReadOnlyDictionary<Table, long> marks)
    {
        _sent.Clear();
        (Bytes, _sentBeforeLess, _acknowledgedInTime) = (0, 0, 0);
        _marks = marks;
    }

    /// <summary>Whether a batch must be sent on this connection.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="number">Its number.</param>
    public bool MustSend(Table table, long number) => number > _marks.GetValueOrDefault(table);

    /// <summary>Half of it, once for all that was on its way.</summary>
    private void GiveLess()
    {
        if (_sentBeforeLess > 0) return;
        (_room, _hadLess, _acknowledgedInTime) = (Math.Max(1, _room / 2), true, 0);
        _sentBeforeLess = Count + 1;
    }

    /// <summary>Twice as much each time around until it was too much once, and one more each time around from then on.</summary>
    private void GiveMore()
    {
        if (_room == countMax || ++_acknowledgedInTime < (_hadLess ? _room : 1)) return;
        (_room, _acknowledgedInTime) = (_room + 1, 0);
    }
}

/// <summary>A message that a client has sent.</summary>
/// <param name="Table">The table of the batch, or whose end it is.</param>
/// <param name="Number">The number of the batch, or K.</param>
/// <param name="IsEnd">Whether it is the end of the table.</param>
/// <param name="Bytes">Its size on the wire.</param>
public sealed record SentMessage(Table Table, long Number, bool IsEnd, int Bytes);
