namespace CoffeeShop.Delivery;

/// <summary>How far the answer of a query has got.</summary>
internal enum AnswerState
{
    None,
    UnderWay,
    Done,
}

/// <summary>A delivery whose effect is committed, and which is acknowledged after some outcomes are known.</summary>
internal sealed class Waiting<TTag>(TTag tag)
{
    public TTag Tag => tag;

    public int Outcomes { get; set; }
}

/// <summary>What an owner holds of one session: its fold, the sizes of its journal, and the deliveries that wait.</summary>
internal sealed class HeldSession<TTag>(SessionFold fold)
{
    private readonly Dictionary<byte, AnswerState> _answers = [];
    private readonly Dictionary<byte, List<Waiting<TTag>>> _waiting = [];
    private readonly List<TTag> _untilEnd = [];

    public SessionFold Fold => fold;

    /// <summary>The last record that is committed.</summary>
    public long Sequence { get; private set; }

    /// <summary>The bytes of the records since the last snapshot.</summary>
    public long RecordBytes { get; private set; }

    public long SnapshotBytes { get; private set; }

    public int MessagesSinceSnapshot { get; set; }

    public void Appended(long recordBytes)
    {
        Sequence++;
        RecordBytes += recordBytes;
    }

    public void Snapshotted(long bytes) => (SnapshotBytes, RecordBytes, MessagesSinceSnapshot) = (bytes, 0, 0);

    /// <summary>Says what a recovery has found: the records that follow are appended to this.</summary>
    public void Restored(long sequence, long snapshotBytes) => (Sequence, SnapshotBytes) = (sequence, snapshotBytes);

    public AnswerState StateOf(byte query) => _answers.GetValueOrDefault(query);

    public void Begin(byte query) => _answers[query] = AnswerState.UnderWay;

    public void Await(byte query, Waiting<TTag> waiting)
    {
        waiting.Outcomes++;
        if (!_waiting.TryGetValue(query, out var list)) _waiting.Add(query, list = []);
        list.Add(waiting);
    }

    /// <summary>Deliveries that wait until the session has been ended.</summary>
    public void AwaitEnd(IEnumerable<TTag> tags) => _untilEnd.AddRange(tags);

    /// <summary>The outcome for a query is safe.</summary>
    public IReadOnlyList<TTag> Finish(byte query)
    {
        _answers[query] = AnswerState.Done;
        return _waiting.Remove(query, out var list) ? [.. list.Where(waiting => --waiting.Outcomes == 0).Select(waiting => waiting.Tag)] : [];
    }

    /// <summary>Every delivery that waits for anything.</summary>
    public IReadOnlyList<TTag> Drain() => [.. _waiting.Values.SelectMany(list => list).Distinct().Select(waiting => waiting.Tag), .. _untilEnd];
}
