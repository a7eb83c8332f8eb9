namespace CoffeeShop.Delivery;

/// <summary>What is appended to the journal in one transaction. The bytes are the owner's, and valid until its next group.</summary>
/// <param name="Records">At most one record a session.</param>
/// <param name="Chunks">Chunks of a row query.</param>
public sealed record Append(IReadOnlyList<JournalRecord> Records, IReadOnlyList<RowChunk> Chunks)
{
    /// <summary>Whether there is nothing to commit: everything in the group had been committed before.</summary>
    public bool IsEmpty => Records.Count == 0 && Chunks.Count == 0;
}

/// <summary>What must be published to a join. Its outcome is told to <see cref="Owner{TTag}.Confirm"/>.</summary>
/// <param name="Destination">The join.</param>
/// <param name="Query">The id of the query.</param>
/// <param name="Shards">The number of shards of its session.</param>
/// <param name="Message">The message.</param>
public sealed record Emission(Destination Destination, byte Query, int Shards, Message Message);

/// <summary>A query that must be closed. Its outcome is told to <see cref="Owner{TTag}.Close"/>.</summary>
/// <param name="Session">The session.</param>
/// <param name="Answer">The sizes of the answer.</param>
/// <param name="Chunks">The chunks of the answer; none for a row query, whose chunks are there already.</param>
public sealed record Closing(SessionId Session, ClosedQuery Answer, IReadOnlyList<ResultChunk> Chunks);

/// <summary>A snapshot that must be written.</summary>
/// <param name="Session">The session.</param>
/// <param name="Sequence">The last record that it covers.</param>
/// <param name="Bytes">The state.</param>
public sealed record Snapshot(SessionId Session, long Sequence, ReadOnlyMemory<byte> Bytes);

/// <summary>What there is to do after a commit or a recovery, in this order.</summary>
/// <typeparam name="TTag">What the owner's host knows a delivery by.</typeparam>
public sealed class OwnerWork<TTag>
{
    private readonly List<TTag> _acknowledge = [];
    private readonly List<SessionFault> _faults = [];
    private readonly List<Emission> _emissions = [];
    private readonly List<Closing> _closings = [];
    private readonly List<Snapshot> _snapshots = [];

    /// <summary>Deliveries to be acknowledged: their effect is committed, or they have none.</summary>
    public IReadOnlyList<TTag> Acknowledge => _acknowledge;

    /// <summary>Sessions that cannot be completed any more: each is ended, and <see cref="Owner{TTag}.End"/> told.</summary>
    public IReadOnlyList<SessionFault> Faults => _faults;

    /// <summary>Emissions to be published.</summary>
    public IReadOnlyList<Emission> Emissions => _emissions;

    /// <summary>Queries to be closed.</summary>
    public IReadOnlyList<Closing> Closings => _closings;

    /// <summary>Snapshots to be written.</summary>
    public IReadOnlyList<Snapshot> Snapshots => _snapshots;

    internal void Add(IEnumerable<TTag> acknowledge) => _acknowledge.AddRange(acknowledge);

    internal void Add(SessionFault fault) => _faults.Add(fault);

    internal void Add(Emission emission) => _emissions.Add(emission);

    internal void Add(Closing closing) => _closings.Add(closing);

    internal void Add(Snapshot snapshot) => _snapshots.Add(snapshot);
}
