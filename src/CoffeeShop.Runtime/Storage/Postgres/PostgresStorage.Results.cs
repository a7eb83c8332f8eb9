using CoffeeShop.Delivery;
using CoffeeShop.Queries;

namespace CoffeeShop.Storage.Postgres;

/// <content>The answers of the queries.</content>
public sealed partial class PostgresStorage
{
    /// <inheritdoc/>
    public Task<bool> CloseQueryAsync(Claim claim, SessionId session, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks)
    {
        if (!IsJoin(claim, answer.Query) || QueryRegistry.All.All(query => query.Id != answer.Query))
            throw new ArgumentException($"{claim.Destination} cannot close query {answer.Query}.", nameof(answer));
        return _database.WriteAsync(async transaction =>
        {
            if (!await LockAloneAsync(transaction, claim, session, answer.Query)) return false;
            // Whoever closes the last query ends the session. It holds the session alone, so of two who close at once the second sees the first.
            if (await WriteAsync(transaction, claim.Destination, session, answer, chunks) == QueryRegistry.All.Length)
            {
                await using var statements = transaction.Group();
                AddEnd(statements, session, SessionState.Complete, reason: null);
                await statements.ExecuteAsync();
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ResultChunk>> ReadResultAsync(SessionId id, byte query, long after, int bytesMax) => _database.ReadAsync<IReadOnlyList<ResultChunk>>(async transaction =>
    {
        await using var statements = transaction.Group();
        // The sizes are looked at first, so that what does not fit is not read; and not those of a whole answer again and again.
        statements.Add(
            """
            SELECT number, bytes FROM (
                SELECT number, bytes, sum(octet_length(bytes)) OVER (ORDER BY number) AS total, row_number() OVER (ORDER BY number) AS place FROM (
                    SELECT number, bytes FROM result WHERE session = $1 AND query = $2 AND number > $3 ORDER BY number LIMIT 1000) AS next) AS summed
            WHERE place = 1 OR total <= $4 ORDER BY number
            """,
            id, query, after, bytesMax);
        var chunks = new List<ResultChunk>();
        await using var row = await statements.ReadAsync();
        while (await row.ReadAsync()) chunks.Add(new ResultChunk(row.GetInt64(0), row.Bytes(1)));
        return chunks;
    });

    /// <inheritdoc/>
    public Task<SessionFootprint> MeasureAsync(SessionId id) => _database.ReadAsync(async transaction =>
    {
        await using var statements = transaction.Group();
        statements.Add(
            """
            SELECT
                (SELECT count(*) FROM journal WHERE session = $1) + (SELECT count(*) FROM snapshot WHERE session = $1),
                (SELECT coalesce(sum(octet_length(bytes)), 0) FROM journal WHERE session = $1) + (SELECT coalesce(sum(octet_length(bytes)), 0) FROM snapshot WHERE session = $1),
                (SELECT count(*) FROM attempt WHERE session = $1),
                (SELECT coalesce(sum(octet_length(bytes)), 0) FROM result WHERE session = $1)
            """,
            id);
        await using var row = await statements.ReadAsync();
        await row.ReadAsync();
        return new SessionFootprint(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
    });

    // The locks of a join that answers. False when the session is not open or the query has answered.
    private async Task<bool> LockAloneAsync(Transaction transaction, Claim claim, SessionId session, byte query)
    {
        await using var statements = transaction.Group();
        statements.Add(_locks.Claim, claim.Destination, claim.Epoch);
        statements.Add(_locks.Alone, session);
        statements.Add("SELECT 1 FROM closed_query WHERE session = $1 AND query = $2", session, query);
        await using var row = await statements.ReadAsync();
        await CheckClaimAsync(row, claim);
        if (!await row.ReadAsync()) return false;
        await row.NextResultAsync();
        return !await row.ReadAsync();
    }

    // How many queries of the session have answered then.
    private static async Task<long> WriteAsync(Transaction transaction, Destination destination, SessionId session, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks)
    {
        await using var statements = transaction.Group();
        foreach (var chunk in chunks) statements.Add("INSERT INTO result VALUES ($1, $2, $3, NULL, NULL, $4)", session, answer.Query, chunk.Number, chunk.Bytes);
        statements.Add(Advance, new[] { session }, destination);
        statements.Add("INSERT INTO closed_query VALUES ($1, $2, $3, $4, $5)", session, answer.Query, answer.Chunks, answer.Bytes, answer.Rows);
        statements.Add("SELECT count(*), coalesce(max(number), 0), coalesce(sum(octet_length(bytes)), 0) FROM result WHERE session = $1 AND query = $2", session, answer.Query);
        statements.Add("SELECT count(*) FROM closed_query WHERE session = $1", session);
        await using var row = await statements.ReadAsync();
        await row.ReadAsync();
        CheckAnswer(session, answer, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
        await row.NextResultAsync();
        await row.ReadAsync();
        return row.GetInt64(0);
    }

    // An answer is never closed with a chunk missing: the client would wait for it for ever.
    private static void CheckAnswer(SessionId session, ClosedQuery answer, long count, long last, long bytes)
    {
        if ((count, last, bytes) != (answer.Chunks, answer.Chunks, answer.Bytes))
        {
            throw Trouble.Contradiction(
                session,
                $"The answer of query {answer.Query} of session {session} has {count} chunks of {bytes} bytes, the last of them number {last}; expected {answer.Chunks} chunks of {answer.Bytes} bytes.");
        }
    }
}
