using CoffeeShop.Delivery;
using CoffeeShop.Queries;

namespace CoffeeShop.Storage.Sqlite;

/// <content>The answers of the queries.</content>
public sealed partial class SqliteStorage
{
    /// <inheritdoc/>
    public Task<bool> CloseQueryAsync(Claim claim, SessionId session, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks)
    {
        if (!IsJoin(claim, answer.Query) || QueryRegistry.All.All(query => query.Id != answer.Query))
            throw new ArgumentException($"{claim.Destination} cannot close query {answer.Query}.", nameof(answer));
        return Writer.WriteAsync(chunks.Sum(chunk => (long)chunk.Bytes.Length), connection =>
        {
            CheckClaim(connection, claim);
            if (IsClosed(connection, session, answer.Query) || !Advance(connection, session)) return false;
            foreach (var chunk in chunks)
                if (connection.Execute("INSERT INTO result VALUES ($1, $2, $3, NULL, NULL, $4) ON CONFLICT DO NOTHING", session, answer.Query, chunk.Number, chunk.Bytes) == 0)
                    throw Trouble.Contradiction(session, $"Chunk {chunk.Number} of the answer of query {answer.Query} of session {session} is there already.");
            CheckAnswer(connection, session, answer);
            connection.Execute("INSERT INTO closed_query VALUES ($1, $2, $3, $4, $5)", session, answer.Query, answer.Chunks, answer.Bytes, answer.Rows);
            // Every session has all the queries there are. Whoever closes the last one ends the session: there is one writer, so it is one.
            if (connection.Number("SELECT count(*) FROM closed_query WHERE session = $1", session) == QueryRegistry.All.Length)
                End(connection, session, SessionState.Complete, reason: null);
            return true;
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ResultChunk>> ReadResultAsync(SessionId id, byte query, long after, int bytesMax) => _readers.ReadAsync<IReadOnlyList<ResultChunk>>(connection =>
    {
        var (chunks, bytes) = (new List<ResultChunk>(), 0L);
        using var row = connection.Read("SELECT number, length(bytes), bytes FROM result WHERE session = $1 AND query = $2 AND number > $3 ORDER BY number", id, query, after);
        // The size is looked at first, so that what does not fit is not read.
        while (row.Read() && (chunks.Count == 0 || bytes + row.GetInt64(1) <= bytesMax))
        {
            chunks.Add(new ResultChunk(row.GetInt64(0), row.Bytes(2)));
            bytes += row.GetInt64(1);
        }

        return chunks;
    });

    /// <inheritdoc/>
    public Task<SessionFootprint> MeasureAsync(SessionId id) => _readers.ReadAsync(connection =>
    {
        using var row = connection.Read(
            """
            SELECT
                (SELECT count(*) FROM journal WHERE session = $1) + (SELECT count(*) FROM snapshot WHERE session = $1),
                (SELECT coalesce(sum(length(bytes)), 0) FROM journal WHERE session = $1) + (SELECT coalesce(sum(length(bytes)), 0) FROM snapshot WHERE session = $1),
                (SELECT count(*) FROM attempt WHERE session = $1),
                (SELECT coalesce(sum(length(bytes)), 0) FROM result WHERE session = $1)
            """,
            id);
        row.Read();
        return new SessionFootprint(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
    });

    // An answer is never closed with a chunk missing: the client would wait for it for ever.
    private static void CheckAnswer(Connection connection, SessionId session, ClosedQuery answer)
    {
        using var found = connection.Read(
            "SELECT count(*), coalesce(max(number), 0), coalesce(sum(length(bytes)), 0) FROM result WHERE session = $1 AND query = $2", session, answer.Query);
        found.Read();
        var (count, last, bytes) = (found.GetInt64(0), found.GetInt64(1), found.GetInt64(2));
        if ((count, last, bytes) != (answer.Chunks, answer.Chunks, answer.Bytes))
        {
            throw Trouble.Contradiction(
                session,
                $"The answer of query {answer.Query} of session {session} has {count} chunks of {bytes} bytes, the last of them number {last}; expected {answer.Chunks} chunks of {answer.Bytes} bytes.");
        }
    }
}
