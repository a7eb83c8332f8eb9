using System.Buffers;
using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>
/// The owner of one destination, without its input and output. Whoever hosts it gives it deliveries, writes what it says
/// and tells it the outcome:
/// <code>recover → ( admit … → seal → append → commit → acknowledge, emit, close, snapshot ) …</code>
/// When a write is refused or its outcome is unknown, the host drops the owner and begins anew from the journal.
/// </summary>
/// <typeparam name="TTag">What the host knows a delivery by.</typeparam>
/// <param name="destination">The destination.</param>
/// <param name="options">How it works.</param>
public sealed partial class Owner<TTag>(Destination destination, OwnerOptions options)
{
    private readonly Dictionary<SessionId, HeldSession<TTag>> _sessions = [];
    private readonly ArrayBufferWriter<byte> _recordBytes = new();
    private List<Admitted> _group = [];
    private long _groupBytes;
    private bool _isSealed;

    /// <summary>The destination.</summary>
    public Destination Destination => destination;

    /// <summary>The sessions that it holds something of.</summary>
    public IReadOnlyCollection<SessionId> Sessions => _sessions.Keys;

    /// <summary>How many deliveries are in the group.</summary>
    public int Admissions => _group.Count;

    /// <summary>Whether the group takes in no more, by its bytes alone.</summary>
    public bool IsFull => _groupBytes >= options.GroupBytesMax;

    /// <summary>Whether a session is held. Messages of others are admitted only after <see cref="Open"/>.</summary>
    /// <param name="session">The session.</param>
    public bool Holds(SessionId session) => _sessions.ContainsKey(session);

    /// <summary>Begins to hold an open session of which nothing is in the journal.</summary>
    /// <param name="session">The session.</param>
    /// <param name="pin">What is settled for it.</param>
    public void Open(SessionId session, SessionPin pin) => _sessions.Add(session, new HeldSession<TTag>(SessionFold.New(destination, session, pin)));

    /// <summary>Whether a message has been applied before, as far as its number tells: it cannot do harm then.</summary>
    /// <param name="message">The message.</param>
    public bool Contains(Message message) => _sessions.TryGetValue(message.Session, out var held) && held.Fold.Contains(message);

    /// <summary>Takes a delivery into the group.</summary>
    /// <param name="message">The message, of a session that is held.</param>
    /// <param name="tag">The delivery. It is acknowledged when the owner says so.</param>
    /// <exception cref="InvalidDataException">The message is damaged or in the wrong place; nothing has changed.</exception>
    public void Admit(Message message, TTag tag)
    {
        if (_isSealed) throw new InvalidOperationException($"{destination}: the outcome of the last group is not known yet.");
        var held = _sessions[message.Session];
        var verdict = held.Fold.Judge(message);
        _group.Add(new Admitted(held, message, tag, verdict));
        if (verdict == Verdict.New) _groupBytes += message.Body.Length;
    }

    /// <summary>Ends the group: what must be appended before anything of it takes effect.</summary>
    public Append Seal()
    {
        _isSealed = true;
        _recordBytes.ResetWrittenCount();
        var (writer, ranges, chunks) = (new StateWriter(_recordBytes), new List<(HeldSession<TTag> Held, Range Bytes)>(), new List<RowChunk>());
        // What a faulty session has had in this group before its fault stays out with the rest: it is about to end.
        foreach (var session in _group.Where(admitted => admitted.Held.Fold.Fault is null && admitted.Verdict == Verdict.New).GroupBy(admitted => admitted.Held))
        {
            var start = _recordBytes.WrittenCount;
            foreach (var (held, message, _, _) in session)
            {
                if (held.Fold is RowsFold rows && message.Kind == MessageKind.Rows) chunks.Add(rows.ChunkOf(message));
                else MessageCodec.Write(writer, message);
            }

            if (_recordBytes.WrittenCount > start) ranges.Add((session.Key, start.._recordBytes.WrittenCount));
        }

        return new Append([.. ranges.Select(range => new JournalRecord(range.Held.Fold.Session, range.Held.Sequence + 1, _recordBytes.WrittenMemory[range.Bytes]))], chunks);
    }

    /// <summary>Takes the group as committed: folds it, and says what there is to do now.</summary>
    /// <param name="append">What <see cref="Seal"/> said and what has been appended.</param>
    /// <param name="notOpen">The sessions whose records and chunks were left out, since they are not open.</param>
    public OwnerWork<TTag> Commit(Append append, IReadOnlySet<SessionId> notOpen)
    {
        var (work, group) = (new OwnerWork<TTag>(), _group);
        (_group, _groupBytes, _isSealed) = ([], 0, false);
        foreach (var session in notOpen) work.Add(End(session));
        foreach (var record in append.Records)
            if (_sessions.TryGetValue(record.Session, out var held)) held.Appended(record.Bytes.Length);
        foreach (var session in group.GroupBy(admitted => admitted.Held))
        {
            if (_sessions.ContainsKey(session.Key.Fold.Session)) Commit(session.Key, [.. session], work);
            else work.Add(session.Select(admitted => admitted.Tag));
        }

        return work;
    }

    /// <summary>Takes an emission as confirmed.</summary>
    /// <param name="emission">The emission.</param>
    /// <returns>Deliveries to be acknowledged.</returns>
    public IReadOnlyList<TTag> Confirm(Emission emission) => Finish(emission.Message.Session, emission.Query);

    /// <summary>Takes a query as closed, by this owner or before.</summary>
    /// <param name="closing">What was said to be closed.</param>
    /// <returns>Deliveries to be acknowledged.</returns>
    public IReadOnlyList<TTag> Close(Closing closing) => Finish(closing.Session, closing.Answer.Query);

    /// <summary>Drops a session, which has ended.</summary>
    /// <param name="session">The session; one that is not held is left alone.</param>
    /// <returns>Deliveries to be acknowledged.</returns>
    public IReadOnlyList<TTag> End(SessionId session) => _sessions.Remove(session, out var held) ? held.Drain() : [];

    /// <summary>Drops the sessions that have ended.</summary>
    /// <param name="asked">The sessions that were looked up.</param>
    /// <param name="open">Those of them that are open.</param>
    /// <returns>Deliveries to be acknowledged.</returns>
    public IReadOnlyList<TTag> Keep(IReadOnlyCollection<SessionId> asked, IReadOnlySet<SessionId> open) =>
        [.. asked.Where(session => !open.Contains(session)).SelectMany(End)];

    private void Commit(HeldSession<TTag> held, List<Admitted> group, OwnerWork<TTag> work)
    {
        if (held.Fold.Fault is null)
        {
            foreach (var admitted in group)
            {
                if (admitted.Verdict != Verdict.New) continue;
                held.Fold.Fold(admitted.Message);
                held.MessagesSinceSnapshot++;
            }
        }

        if (held.Fold.Fault is { } fault)
        {
            // Acknowledged once the session has been ended; until then the host holds them, and a crash brings them again.
            held.AwaitEnd(group.Select(admitted => admitted.Tag));
            work.Add(fault);
            return;
        }

        Complete(held, group, work);
        if (SnapshotOf(held) is { } snapshot) work.Add(snapshot);
    }

    private IReadOnlyList<TTag> Finish(SessionId session, byte query) => _sessions.TryGetValue(session, out var held) ? held.Finish(query) : [];

    private Snapshot? SnapshotOf(HeldSession<TTag> held)
    {
        var isDue = held.RecordBytes > Math.Max(options.SnapshotBytesMin, 2 * held.SnapshotBytes) || held.MessagesSinceSnapshot >= options.SnapshotInterval;
        if (!isDue || !held.Fold.HasSnapshot || held.RecordBytes == 0) return null;
        var bytes = new ArrayBufferWriter<byte>();
        held.Fold.Write(new StateWriter(bytes));
        held.Snapshotted(bytes.WrittenCount);
        return new Snapshot(held.Fold.Session, held.Sequence, bytes.WrittenMemory);
    }

    private sealed record Admitted(HeldSession<TTag> Held, Message Message, TTag Tag, Verdict Verdict);
}
