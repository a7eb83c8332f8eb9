namespace CoffeeShop.Delivery;

/// <summary>Messages of one session that an owner has applied together.</summary>
/// <param name="Session">The session.</param>
/// <param name="Sequence">Its place in the journal of (session, destination), from 1.</param>
/// <param name="Bytes">The messages, as <see cref="MessageCodec"/> writes them.</param>
public sealed record JournalRecord(SessionId Session, long Sequence, ReadOnlyMemory<byte> Bytes);

/// <summary>The rows that a row query passes on from one batch. Also when there are none, it is the ledger's entry for the batch.</summary>
/// <param name="Session">The session.</param>
/// <param name="Query">The id of the query.</param>
/// <param name="Number">The number of the batch.</param>
/// <param name="Hash">The content hash of the batch.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Bytes">The rows.</param>
public sealed record RowChunk(SessionId Session, byte Query, long Number, ulong Hash, long Rows, ReadOnlyMemory<byte> Bytes);

/// <summary>What the ledger of a row query needs to know of a chunk that is there.</summary>
/// <param name="Number">The number of the batch.</param>
/// <param name="Hash">The content hash of the batch.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Bytes">How many bytes.</param>
public readonly record struct RowEntry(long Number, ulong Hash, long Rows, long Bytes);

/// <summary>What the journal holds of one session at one destination.</summary>
/// <param name="Session">The session.</param>
/// <param name="Pin">What is settled for it.</param>
/// <param name="IsClosed">Whether the query of this join has answered; a shard closes nothing.</param>
/// <param name="SnapshotSequence">The last record that the snapshot covers, or 0.</param>
/// <param name="Snapshot">The snapshot, or nothing.</param>
/// <param name="Records">The records after it, by sequence.</param>
/// <param name="Rows">The chunks of a row query that are there, by ascending number.</param>
public sealed record JournaledSession(
    SessionId Session, SessionPin Pin, bool IsClosed, long SnapshotSequence, ReadOnlyMemory<byte> Snapshot,
    IReadOnlyList<JournalRecord> Records, IReadOnlyList<RowEntry> Rows);
