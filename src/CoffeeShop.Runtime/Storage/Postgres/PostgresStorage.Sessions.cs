using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Storage.Postgres;

/// <content>The registry of sessions.</content>
public sealed partial class PostgresStorage
{
    /// <inheritdoc/>
    public Task CreateSessionAsync(NewSession session) => _database.WriteAsync(transaction => transaction.ExecuteAsync(
        """
        INSERT INTO session (id, protocol, client_id, agency, secret_hash, fingerprint, options, shards)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        session.Id, session.Protocol, session.ClientId, session.Agency, session.SecretHash, session.Fingerprint,
        SessionRows.Write(session.Pin.Options), session.Pin.Shards));

    /// <inheritdoc/>
    public Task<SessionRecord?> FindSessionAsync(SessionId id) => _database.ReadAsync(async transaction =>
        (await SessionRows.ReadAsync(transaction, _database.Name, "id = $1", id)).SingleOrDefault());

    /// <inheritdoc/>
    public Task<IReadOnlyList<SessionRecord>> ListSessionsAsync() => _database.ReadAsync(transaction => SessionRows.ReadAsync(transaction, _database.Name, "true"));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SessionRecord>> ListOpenSessionsAsync() => _database.ReadAsync(transaction => SessionRows.ReadAsync(transaction, _database.Name, "state = 0"));

    /// <inheritdoc/>
    public Task<EndOutcome> SetEndAsync(SessionId id, Table table, TableEnd tableEnd) => _database.WriteAsync(async transaction =>
    {
        if ((await LockOpenAsync(transaction, id)).Count == 0) return EndOutcome.NotOpen;
        // Waits for whoever sets it at the same time, and then finds what that one has set.
        if (await transaction.ExecuteAsync("INSERT INTO table_end VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", id, table.Opcode, tableEnd.Last, tableEnd.HashSum) > 0)
        {
            await transaction.ExecuteAsync(Advance, new[] { id }, Gateway);
            return EndOutcome.Set;
        }

        var isEqual = await transaction.ScalarAsync(
            "SELECT 1 FROM table_end WHERE session = $1 AND opcode = $2 AND last = $3 AND hash_sum = $4", id, table.Opcode, tableEnd.Last, tableEnd.HashSum) is not null;
        return isEqual ? EndOutcome.Equal : EndOutcome.Conflict;
    });

    /// <inheritdoc/>
    public Task LabelSessionAsync(SessionId id, string clientId) => _database.WriteAsync(
        transaction => transaction.ExecuteAsync("UPDATE session SET client_id = $2 WHERE id = $1", id, clientId));

    /// <inheritdoc/>
    public Task RaiseMarksAsync(SessionId id, IReadOnlyDictionary<Table, long> marks) => _database.WriteAsync(async transaction =>
    {
        if ((await LockOpenAsync(transaction, id)).Count == 0) return;
        // In one order, or two gateways might wait for each other.
        var inOrder = marks.OrderBy(mark => mark.Key.Opcode).ToList();
        var raised = await transaction.ExecuteAsync(
            """
            INSERT INTO mark SELECT $1, opcode, number FROM unnest($2::smallint[], $3::bigint[]) AS raised (opcode, number)
            ON CONFLICT (session, opcode) DO UPDATE SET number = excluded.number WHERE excluded.number > mark.number
            """,
            id, inOrder.ConvertAll(mark => (short)mark.Key.Opcode), inOrder.ConvertAll(mark => mark.Value));
        if (raised > 0) await transaction.ExecuteAsync(Advance, new[] { id }, Gateway);
    });

    /// <inheritdoc/>
    public Task<bool> EndSessionAsync(SessionId id, SessionState state, string reason)
    {
        if (state is SessionState.Open or SessionState.Complete)
            throw new ArgumentOutOfRangeException(nameof(state), state, "A session is completed by the closing of its last query, and never opened again.");
        return _database.WriteAsync(async transaction =>
        {
            if (await transaction.ScalarAsync(_locks.Alone, id) is null) return false;
            await using var statements = transaction.Group();
            AddEnd(statements, id, state, reason);
            statements.Add("DELETE FROM result WHERE session = $1", id);
            statements.Add("DELETE FROM closed_query WHERE session = $1", id);
            await statements.ExecuteAsync();
            return true;
        });
    }

    /// <inheritdoc/>
    public async Task<int> PurgeAsync(TimeSpan kept)
    {
        var purged = 0;
        // One at a time, and past those that somebody else forgets just now. Everything of a session goes with its row.
        while (await _database.WriteAsync(transaction => transaction.ExecuteAsync(
            """
            DELETE FROM session WHERE id = (
                SELECT id FROM session WHERE state <> 0 AND ended_at <= now() - $1::interval ORDER BY ended_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            """,
            kept)) > 0) purged++;
        return purged;
    }

    // In the transaction of whoever holds the sessions open: something has happened in them. By place, so that many owners
    // who append to a session at once each count in a row of their own.
    private const string Advance =
        """
        INSERT INTO progress SELECT id, $2, 1 FROM unnest($1::uuid[]) AS id
        ON CONFLICT (session, place) DO UPDATE SET count = progress.count + 1
        """;

    private async Task<IReadOnlySet<SessionId>> LockOpenAsync(Transaction transaction, SessionId id)
    {
        await using var statements = transaction.Group();
        statements.Add(_locks.Open, [new[] { id }]);
        await using var row = await statements.ReadAsync();
        return await SessionRows.IdsAsync(row);
    }

    // Leaving the open state and deleting the journal are one. The session is held alone.
    private static void AddEnd(Statements statements, SessionId id, SessionState state, string? reason)
    {
        statements.Add(
            """
            UPDATE session SET state = $2, reason = $3, ended_at = now(),
                progress = progress + 1 + coalesce((SELECT sum(count) FROM progress WHERE session = $1), 0)::bigint
            WHERE id = $1
            """,
            id, (short)state, reason);
        foreach (var table in new[] { "progress", "journal", "snapshot", "attempt" }) statements.Add($"DELETE FROM {table} WHERE session = $1", id);
    }
}
