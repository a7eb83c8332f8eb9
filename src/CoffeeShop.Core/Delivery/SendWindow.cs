using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>
/// What a client has sent and not heard of yet, bounded in number and bytes. Acknowledgements carry no number: they come in
/// the order of sending.
/// </summary>
/// <param name="countMax">No more messages may be unacknowledged.</param>
/// <param name="bytesMax">No more bytes may be unacknowledged, unless it is a single message.</param>
public sealed class SendWindow(int countMax, long bytesMax)
{
    private readonly Queue<SentMessage> _sent = new();
    private IReadOnlyDictionary<Table, long> _marks = new Dictionary<Table, long>();

    /// <summary>How many messages are unacknowledged.</summary>
    public int Count => _sent.Count;

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether a message may be sent now.</summary>
    /// <param name="bytes">Its bytes.</param>
    public bool HasRoomFor(int bytes) => Count == 0 || (Count < countMax && Bytes + bytes <= bytesMax);

    /// <summary>A message is sent.</summary>
    /// <param name="message">The message.</param>
    public void Send(SentMessage message)
    {
        if (!HasRoomFor(message.Bytes)) throw new InvalidOperationException("The window is full.");
        _sent.Enqueue(message);
        Bytes += message.Bytes;
    }

    /// <summary>An acknowledgement has come.</summary>
    /// <returns>What it is for, or null when nothing was unacknowledged: the server does not keep to the protocol.</returns>
    public SentMessage? Acknowledge()
    {
        if (!_sent.TryDequeue(out var first)) return null;
        Bytes -= first.Bytes;
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
        Bytes = 0;
        _marks = marks;
    }

    /// <summary>Whether a batch must be sent on this connection.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="number">Its number.</param>
    public bool MustSend(Table table, long number) => number > _marks.GetValueOrDefault(table);
}

/// <summary>A message that a client has sent.</summary>
/// <param name="Table">The table of the batch, or whose end it is.</param>
/// <param name="Number">The number of the batch, or K.</param>
/// <param name="IsEnd">Whether it is the end of the table.</param>
/// <param name="Bytes">Its size on the wire.</param>
public sealed record SentMessage(Table Table, long Number, bool IsEnd, int Bytes);
