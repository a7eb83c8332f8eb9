using CoffeeShop.Delivery;

namespace CoffeeShop.Storage;

/// <summary>The journal, as the owners of destinations see it. What is written here is written by the current owner or not at all.</summary>
public interface IJournal
{
    /// <summary>Makes the caller the owner of a destination: commits the next epoch, before anything is read.</summary>
    /// <param name="destination">The destination.</param>
    Task<Claim> TakeOverAsync(Destination destination);

    /// <summary>Everything that the journal holds of a destination's open sessions; those of which it holds nothing are left out.</summary>
    /// <param name="claim">The claim of the owner.</param>
    /// <exception cref="StaleClaimException">Another owner has taken over.</exception>
    Task<IReadOnlyList<JournaledSession>> ReadJournalAsync(Claim claim);

    /// <summary>
    /// Appends records and rows, of any number of sessions, in one transaction that first locks the ownership row at the
    /// epoch of the claim, and then the rows of the sessions in the order of their ids.
    /// </summary>
    /// <param name="claim">The claim of the owner.</param>
    /// <param name="records">At most one record a session; its sequence is the one after the last.</param>
    /// <param name="rows">Chunks of a row query: journal, ledger and result at once.</param>
    /// <returns>The sessions that are not open, whose records and rows were left out.</returns>
    /// <exception cref="StaleClaimException">Another owner has taken over; nothing was written.</exception>
    /// <exception cref="StorageException">Also when a record does not follow the last one, or a chunk is there already: the state of the caller is wrong. Nothing was written.</exception>
    Task<IReadOnlySet<SessionId>> AppendAsync(Claim claim, IReadOnlyList<JournalRecord> records, IReadOnlyList<RowChunk> rows);

    /// <summary>Replaces the records up to a sequence by a snapshot of the state that they make.</summary>
    /// <param name="claim">The claim of the owner.</param>
    /// <param name="session">The session. Nothing happens when it is not open.</param>
    /// <param name="sequence">The last record that the snapshot covers: exactly those committed up to it.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <exception cref="StaleClaimException">Another owner has taken over; nothing was written.</exception>
    /// <exception cref="StorageException">Also when there is no such record. Nothing was written.</exception>
    Task SnapshotAsync(Claim claim, SessionId session, long sequence, ReadOnlyMemory<byte> snapshot);

    /// <summary>
    /// Closes a query with its answer. The transaction that closes the last pinned query completes the session and deletes
    /// its journal and attempts.
    /// </summary>
    /// <param name="claim">The claim of the owner, of the join of this query.</param>
    /// <param name="session">The session.</param>
    /// <param name="answer">The sizes of the answer.</param>
    /// <param name="chunks">The chunks of the answer; none for a row query, whose chunks are there already.</param>
    /// <returns>False when the query was closed before or the session is not open.</returns>
    /// <exception cref="StaleClaimException">Another owner has taken over; nothing was written.</exception>
    /// <exception cref="StorageException">Also when the chunks that are there then are not those that the sizes tell. Nothing was written.</exception>
    Task<bool> CloseQueryAsync(Claim claim, SessionId session, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks);

    /// <summary>Those of the sessions that are open.</summary>
    /// <param name="sessions">The sessions to look at.</param>
    Task<IReadOnlySet<SessionId>> FindOpenAsync(IReadOnlyCollection<SessionId> sessions);

    /// <summary>Remembers that a message is about to be handled once more. Committed before it is. Of sessions that are not open nothing is remembered.</summary>
    /// <param name="message">The message.</param>
    /// <returns>How often that was said before, and how often it ended in a failure that was caught; null when the session is not open.</returns>
    Task<Attempts?> BeginAttemptAsync(AttemptKey message);

    /// <summary>Remembers that the handling of a message failed and that the failure was caught.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The counts, this one included; null when the session is not open.</returns>
    Task<Attempts?> FailAttemptAsync(AttemptKey message);

    /// <summary>Forgets the attempts at messages, which have been handled.</summary>
    /// <param name="message">The message.</param>
    Task ClearAttemptsAsync(AttemptKey message);
}

/// <summary>The right to write for a destination, until somebody else takes over.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="Epoch">Grows with every owner.</param>
public sealed record Claim(Destination Destination, long Epoch);

/// <summary>Another owner has taken over the destination. One recovers by dropping all state and starting over.</summary>
/// <param name="claim">The claim that is no longer current.</param>
public sealed class StaleClaimException(Claim claim)
    : Exception($"{claim.Destination} has been taken over by another process since epoch {claim.Epoch}.")
{
    /// <summary>The claim that is no longer current.</summary>
    public Claim Claim => claim;
}
