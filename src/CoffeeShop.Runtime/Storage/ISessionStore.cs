using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Storage;

/// <summary>The registry of sessions, and their results, as gateways see them.</summary>
public interface ISessionStore
{
    /// <summary>The number of aggregate shards: set when the database is made, and the same from then on.</summary>
    int Shards { get; }

    /// <summary>Registers a session that is open.</summary>
    /// <param name="session">The session.</param>
    Task CreateSessionAsync(NewSession session);

    /// <summary>A session, or null when there is none.</summary>
    /// <param name="id">The session.</param>
    Task<SessionRecord?> FindSessionAsync(SessionId id);

    /// <summary>All sessions that are still known, the newest first.</summary>
    Task<IReadOnlyList<SessionRecord>> ListSessionsAsync();

    /// <summary>The sessions that are open, the newest first. What has ended costs nothing here, however much of it is kept.</summary>
    Task<IReadOnlyList<SessionRecord>> ListOpenSessionsAsync();

    /// <summary>Says how the client of a session calls itself, which one of version 1 tells only when it has said all else. Also of a session that has ended.</summary>
    /// <param name="id">The session.</param>
    /// <param name="clientId">How its client calls itself.</param>
    Task LabelSessionAsync(SessionId id, string clientId);

    /// <summary>Sets the end of a table's input. It is set once.</summary>
    /// <param name="id">The session.</param>
    /// <param name="table">The table.</param>
    /// <param name="tableEnd">The end.</param>
    /// <returns>What has been there; <see cref="EndOutcome.Conflict"/> leaves it as it was.</returns>
    Task<EndOutcome> SetEndAsync(SessionId id, Table table, TableEnd tableEnd);

    /// <summary>Raises the resume marks of a session: the contiguous prefix of batches that can no longer be lost. A mark may lag, never lead, and never falls.</summary>
    /// <param name="id">The session.</param>
    /// <param name="marks">The number of the last such batch, per table.</param>
    Task RaiseMarksAsync(SessionId id, IReadOnlyDictionary<Table, long> marks);

    /// <summary>Ends a session that is open, and deletes its journal and attempts in the same transaction. What its queries have answered goes too.</summary>
    /// <param name="id">The session.</param>
    /// <param name="state">Any state but open and complete.</param>
    /// <param name="reason">Why, for people.</param>
    /// <returns>False when the session is not open.</returns>
    Task<bool> EndSessionAsync(SessionId id, SessionState state, string reason);

    /// <summary>Forgets ended sessions, with their results, that ended at least this long ago on the clock of the database: each in a transaction of its own.</summary>
    /// <param name="kept">How long results are kept.</param>
    /// <returns>How many were forgotten.</returns>
    Task<int> PurgeAsync(TimeSpan kept);

    /// <summary>Reads a part of the answer of a query.</summary>
    /// <param name="id">The session.</param>
    /// <param name="query">The id of the query.</param>
    /// <param name="after">The number of the last chunk that has been read; 0 at the beginning.</param>
    /// <param name="bytesMax">No more than this, but at least one chunk.</param>
    /// <returns>Chunks by ascending number; there may be gaps while the query is open.</returns>
    Task<IReadOnlyList<ResultChunk>> ReadResultAsync(SessionId id, byte query, long after, int bytesMax);

    /// <summary>What a session holds in the database, in rows and bytes; zero of everything but results once it has ended.</summary>
    /// <param name="id">The session.</param>
    Task<SessionFootprint> MeasureAsync(SessionId id);
}

/// <summary>A session to be registered.</summary>
/// <param name="Id">Its id, never used before.</param>
/// <param name="Protocol">The version of the protocol that its client speaks.</param>
/// <param name="ClientId">How its client calls itself; a label.</param>
/// <param name="Agency">Whose token its client showed, or null without tokens.</param>
/// <param name="SecretHash">The SHA-256 of the secret that resumes it; empty when it cannot be resumed.</param>
/// <param name="Fingerprint">The fingerprint of its client's files and batching; empty for version 1.</param>
/// <param name="Pin">What is settled for it.</param>
public sealed record NewSession(
    SessionId Id, byte Protocol, string ClientId, string? Agency, ReadOnlyMemory<byte> SecretHash, ReadOnlyMemory<byte> Fingerprint, SessionPin Pin);

/// <summary>A session as it is known.</summary>
/// <param name="Session">What was registered.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why it ended, when it is neither open nor complete.</param>
/// <param name="CreatedAt">When it began, on the clock of the database: for people only.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Progress">Grows with every message applied: standing still means that nothing happens.</param>
/// <param name="Ends">The ends that have been set.</param>
/// <param name="Marks">The resume marks; a table without one has 0.</param>
/// <param name="Closed">The queries that have answered.</param>
public sealed record SessionRecord(
    NewSession Session, SessionState State, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, long Progress,
    IReadOnlyDictionary<Table, TableEnd> Ends, IReadOnlyDictionary<Table, long> Marks, IReadOnlyDictionary<byte, ClosedQuery> Closed)
{
    /// <summary>
    /// Whether nothing has come of it: no batch has been applied, and no end set. Its client may never have heard of it, when the gateway
    /// died in between, and misses nothing.
    /// </summary>
    public bool IsUntouched => Progress == 0 && Ends.Count == 0 && Marks.Values.All(mark => mark == 0);
}

/// <summary>What a session holds in the database.</summary>
/// <param name="JournalRecords">Records and snapshots of its journal.</param>
/// <param name="JournalBytes">Their bytes.</param>
/// <param name="Attempts">Messages under suspicion.</param>
/// <param name="ResultBytes">Bytes of results.</param>
public sealed record SessionFootprint(long JournalRecords, long JournalBytes, long Attempts, long ResultBytes);
