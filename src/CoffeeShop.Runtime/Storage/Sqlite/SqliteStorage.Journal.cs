using CoffeeShop.Delivery;

namespace CoffeeShop.Storage.Sqlite;

/// <content>What owners write.</content>
public sealed partial class SqliteStorage
{
    /// <inheritdoc/>
    public Task<Claim> TakeOverAsync(Destination destination) => Writer.WriteAsync(0, connection => new Claim(
        destination,
        connection.Number(
            "INSERT INTO ownership VALUES ($1, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1 RETURNING epoch", destination)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournaledSession>> ReadJournalAsync(Claim claim) => _readers.ReadAsync(connection =>
    {
        CheckClaim(connection, claim);
        return JournalRows.All(connection, _file, claim.Destination);
    });

    /// <inheritdoc/>
    public Task<IReadOnlySet<SessionId>> AppendAsync(Claim claim, IReadOnlyList<JournalRecord> records, IReadOnlyList<RowChunk> rows)
    {
        if (rows.FirstOrDefault(chunk => !IsJoin(claim, chunk.Query)) is { } other)
            throw new ArgumentException($"{claim.Destination} cannot append rows of query {other.Query}.", nameof(rows));
        var bytes = records.Sum(record => (long)record.Bytes.Length) + rows.Sum(chunk => (long)chunk.Bytes.Length);
        return Writer.WriteAsync<IReadOnlySet<SessionId>>(bytes, connection =>
        {
            CheckClaim(connection, claim);
            var left = records.Select(record => record.Session).Concat(rows.Select(chunk => chunk.Session)).ToHashSet();
            left.RemoveWhere(session => Advance(connection, session));
            foreach (var record in records)
                if (!left.Contains(record.Session)) Append(connection, claim.Destination, record);
            foreach (var chunk in rows)
                if (!left.Contains(chunk.Session)) Append(connection, chunk);
            return left;
        });
    }

    /// <inheritdoc/>
    public Task SnapshotAsync(Claim claim, SessionId session, long sequence, ReadOnlyMemory<byte> snapshot) => Writer.WriteAsync(snapshot.Length, connection =>
    {
        CheckClaim(connection, claim);
        if (!IsOpen(connection, session)) return false;
        var (destination, covered) = (claim.Destination, JournalRows.SnapshotSequence(connection, claim.Destination, session));
        var last = JournalRows.LastSequence(connection, destination, session);
        if (sequence < Math.Max(covered, 1) || sequence > last)
            throw Trouble.Contradiction(session, $"The snapshot of session {session} at {destination} covers records up to {sequence}, but the last snapshot covers {covered} and the last record is {last}.");
        connection.Execute("DELETE FROM journal WHERE session = $1 AND destination = $2 AND sequence <= $3", session, destination, sequence);
        connection.Execute("INSERT OR REPLACE INTO snapshot VALUES ($1, $2, $3, $4)", session, destination, sequence, snapshot);
        return true;
    });

    /// <inheritdoc/>
    public Task<IReadOnlySet<SessionId>> FindOpenAsync(IReadOnlyCollection<SessionId> sessions) =>
        _readers.ReadAsync<IReadOnlySet<SessionId>>(connection => sessions.Where(session => IsOpen(connection, session)).ToHashSet());

    private static void Append(Connection connection, Destination destination, JournalRecord record)
    {
        var last = JournalRows.LastSequence(connection, destination, record.Session);
        if (record.Sequence != last + 1)
            throw Trouble.Contradiction(record.Session, $"The journal of session {record.Session} at {destination} ends with record {last}, so record {record.Sequence} cannot follow.");
        connection.Execute("INSERT INTO journal VALUES ($1, $2, $3, $4)", record.Session, destination, record.Sequence, record.Bytes);
    }

    private static void Append(Connection connection, RowChunk chunk)
    {
        if (IsClosed(connection, chunk.Session, chunk.Query))
            throw Trouble.Contradiction(chunk.Session, $"Query {chunk.Query} of session {chunk.Session} has answered, so rows of batch {chunk.Number} cannot follow.");
        if (connection.Execute(
            "INSERT INTO result VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", chunk.Session, chunk.Query, chunk.Number, chunk.Hash, chunk.Rows, chunk.Bytes) == 0)
            throw Trouble.Contradiction(chunk.Session, $"The rows of batch {chunk.Number} of session {chunk.Session} are in the answer of query {chunk.Query} already.");
    }

    private static bool IsClosed(Connection connection, SessionId session, int query) =>
        connection.Scalar("SELECT 1 FROM closed_query WHERE session = $1 AND query = $2", session, query) is not null;

    private static bool IsJoin(Claim claim, byte query) => claim.Destination is { Kind: DestinationKind.Join } join && join.Number == query;
}
