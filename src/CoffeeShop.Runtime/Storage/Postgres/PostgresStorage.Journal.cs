using CoffeeShop.Delivery;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <content>What owners write.</content>
public sealed partial class PostgresStorage
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<JournaledSession>> ReadJournalAsync(Claim claim) =>
        _database.ReadAsync(transaction => JournalRows.AllAsync(transaction, _database.Name, claim));

    /// <inheritdoc/>
    public Task<IReadOnlySet<SessionId>> AppendAsync(Claim claim, IReadOnlyList<JournalRecord> records, IReadOnlyList<RowChunk> rows)
    {
        if (rows.FirstOrDefault(chunk => !IsJoin(claim, chunk.Query)) is { } other)
            throw new ArgumentException($"{claim.Destination} cannot append rows of query {other.Query}.", nameof(rows));
        SessionId[] sessions = [.. records.Select(record => record.Session).Concat(rows.Select(chunk => chunk.Session)).Distinct()];
        return _database.WriteAsync<IReadOnlySet<SessionId>>(async transaction =>
        {
            var tails = await LockTailsAsync(transaction, claim, sessions);
            CheckRecords(claim, records, tails);
            CheckRows(rows, tails);
            if (tails.Count > 0)
            {
                await WriteAsync(
                    transaction, claim.Destination, [.. tails.Keys], records.Where(record => tails.ContainsKey(record.Session)), rows.Where(chunk => tails.ContainsKey(chunk.Session)));
            }

            return sessions.Where(session => !tails.ContainsKey(session)).ToHashSet();
        });
    }

    /// <inheritdoc/>
    public Task SnapshotAsync(Claim claim, SessionId session, long sequence, ReadOnlyMemory<byte> snapshot) => _database.WriteAsync(async transaction =>
    {
        if (!(await LockTailsAsync(transaction, claim, [session])).TryGetValue(session, out var tail)) return;
        if (sequence < Math.Max(tail.Covered, 1) || sequence > tail.Last)
        {
            throw Trouble.Contradiction(
                session,
                $"The snapshot of session {session} at {claim.Destination} covers records up to {sequence}, but the last snapshot covers {tail.Covered} and the last record is {tail.Last}.");
        }

        await using var statements = transaction.Group();
        statements.Add("DELETE FROM journal WHERE session = $1 AND destination = $2 AND sequence <= $3", session, claim.Destination, sequence);
        statements.Add(
            """
            INSERT INTO snapshot VALUES ($1, $2, $3, $4)
            ON CONFLICT (session, destination) DO UPDATE SET sequence = excluded.sequence, bytes = excluded.bytes
            """,
            session, claim.Destination, sequence, snapshot);
        await statements.ExecuteAsync();
    });

    /// <inheritdoc/>
    public Task<IReadOnlySet<SessionId>> FindOpenAsync(IReadOnlyCollection<SessionId> sessions) => _database.ReadAsync(async transaction =>
    {
        await using var statements = transaction.Group();
        statements.Add("SELECT id FROM session WHERE id = ANY ($1) AND state = 0", [sessions.ToArray()]);
        await using var row = await statements.ReadAsync();
        return await SessionRows.IdsAsync(row);
    });

    // The locks of an owner, and then where the journal of each open session ends. One way there and back.
    private async Task<Dictionary<SessionId, JournalTail>> LockTailsAsync(Transaction transaction, Claim claim, SessionId[] sessions)
    {
        await using var statements = transaction.Group();
        statements.Add(_locks.Claim, claim.Destination, claim.Epoch);
        statements.Add(_locks.Open, [sessions]);
        statements.Add(JournalRows.SelectTails, sessions, claim.Destination, JournalRows.QueryOf(claim.Destination));
        await using var row = await statements.ReadAsync();
        await CheckClaimAsync(row, claim);
        var open = await SessionRows.IdsAsync(row);
        await row.NextResultAsync();
        var tails = new Dictionary<SessionId, JournalTail>();
        while (await row.ReadAsync())
            if (open.Contains(row.Session(0))) tails.Add(row.Session(0), new JournalTail(row.GetInt64(1), row.GetInt64(2), row.GetBoolean(3)));
        return tails;
    }

    private static void CheckRecords(Claim claim, IReadOnlyList<JournalRecord> records, Dictionary<SessionId, JournalTail> tails)
    {
        foreach (var record in records)
        {
            if (!tails.TryGetValue(record.Session, out var tail)) continue;
            if (record.Sequence != tail.Last + 1)
            {
                throw Trouble.Contradiction(
                    record.Session, $"The journal of session {record.Session} at {claim.Destination} ends with record {tail.Last}, so record {record.Sequence} cannot follow.");
            }

            tails[record.Session] = tail with { Last = record.Sequence };
        }
    }

    private static void CheckRows(IReadOnlyList<RowChunk> rows, Dictionary<SessionId, JournalTail> tails)
    {
        if (rows.FirstOrDefault(chunk => tails.TryGetValue(chunk.Session, out var tail) && tail.IsClosed) is { } late)
            throw Trouble.Contradiction(late.Session, $"Query {late.Query} of session {late.Session} has answered, so rows of batch {late.Number} cannot follow.");
    }

    // A statement for each, all of them together: nothing is copied into arrays, and what fails names its session.
    private static async Task WriteAsync(
        Transaction transaction, Destination destination, SessionId[] sessions, IEnumerable<JournalRecord> records, IEnumerable<RowChunk> rows)
    {
        await using var statements = transaction.Group();
        var written = new Dictionary<NpgsqlBatchCommand, SessionId>();
        var chunks = new List<(RowChunk Chunk, NpgsqlBatchCommand Command)>();
        foreach (var record in records)
            written.Add(statements.Add("INSERT INTO journal VALUES ($1, $2, $3, $4)", record.Session, destination, record.Sequence, record.Bytes), record.Session);
        foreach (var chunk in rows)
        {
            var command = statements.Add(
                "INSERT INTO result VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", chunk.Session, chunk.Query, chunk.Number, chunk.Hash, chunk.Rows, chunk.Bytes);
            written.Add(command, chunk.Session);
            chunks.Add((chunk, command));
        }

        statements.Add(Advance, sessions, destination);
        try
        {
            await statements.ExecuteAsync();
        }
        catch (PostgresException e) when (!Trouble.IsPassing(e) && e.BatchCommand is { } failed && written.TryGetValue((NpgsqlBatchCommand)failed, out var guilty))
        {
            throw Trouble.Contradiction(guilty, $"The database does not take what session {guilty} appends at {destination}: {e.MessageText} ({e.SqlState}).", e);
        }

        if (chunks.FirstOrDefault(one => one.Command.RecordsAffected == 0).Chunk is { } again)
            throw Trouble.Contradiction(again.Session, $"The rows of batch {again.Number} of session {again.Session} are in the answer of query {again.Query} already.");
    }

    private static bool IsJoin(Claim claim, byte query) => claim.Destination is { Kind: DestinationKind.Join } join && join.Number == query;
}
