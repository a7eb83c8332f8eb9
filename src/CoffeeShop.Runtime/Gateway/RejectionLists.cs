using CoffeeShop.Delivery;

namespace CoffeeShop.Gateway;

/// <summary>A row of version 1 with a value that could not be read.</summary>
/// <param name="Table">The table.</param>
/// <param name="Batch">How many batches of the table had come with it.</param>
/// <param name="Row">Its place in the batch, from 1.</param>
/// <param name="Column">The column.</param>
/// <param name="Found">What was found, cut at <see cref="FoundCharsMax"/> characters.</param>
/// <param name="Expected">What was expected.</param>
public sealed record RowRejection(string Table, long Batch, int Row, string Column, string Found, string Expected)
{
    internal const int FoundCharsMax = 200;
}

/// <summary>The rows of a session that were rejected: all are counted, the first are listed.</summary>
internal sealed class RejectionList
{
    private const int ListedMax = 1_000;

    private readonly Lock _lock = new();
    private readonly List<RowRejection> _listed = [];
    private long _unlisted;

    public long Count
    {
        get
        {
            lock (_lock) return _listed.Count + _unlisted;
        }
    }

    public IReadOnlyList<RowRejection> Listed
    {
        get
        {
            lock (_lock) return [.. _listed];
        }
    }

    /// <summary>Whether more rows will be listed.</summary>
    public bool HasRoomFor(int rows)
    {
        lock (_lock) return _listed.Count + rows <= ListedMax;
    }

    public void Add(RowRejection row)
    {
        lock (_lock) _listed.Add(row);
    }

    /// <summary>Counts a row that is not listed any more.</summary>
    public void CountUnlisted()
    {
        lock (_lock) _unlisted++;
    }
}

/// <summary>The rejections of the latest sessions of version 1, whose clients do not look at their rows themselves.</summary>
internal sealed class RejectionLists
{
    private const int SessionsMax = 100;

    private readonly Lock _lock = new();
    private readonly Queue<SessionId> _order = [];
    private readonly Dictionary<SessionId, RejectionList> _lists = [];

    /// <summary>Begins the list of a session. The oldest list goes when there are too many.</summary>
    public RejectionList Begin(SessionId session)
    {
        lock (_lock)
        {
            if (_order.Count >= SessionsMax) _lists.Remove(_order.Dequeue());
            _order.Enqueue(session);
            return _lists[session] = new RejectionList();
        }
    }

    /// <summary>The list of a session, or null.</summary>
    public RejectionList? Find(SessionId session)
    {
        lock (_lock) return _lists.GetValueOrDefault(session);
    }
}
