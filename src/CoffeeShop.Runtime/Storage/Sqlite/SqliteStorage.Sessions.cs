using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Storage.Sqlite;

/// <content>The registry of sessions.</content>
public sealed partial class SqliteStorage
{
    /// <inheritdoc/>
    public Task CreateSessionAsync(NewSession session) => Writer.WriteAsync(0, connection => connection.Execute(
        """
        INSERT INTO session (id, protocol, client_id, agency, secret_hash, fingerprint, options, shards, state, created_at, progress)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0)
        """,
        session.Id, session.Protocol, session.ClientId, session.Agency, session.SecretHash, session.Fingerprint,
        SessionRows.Write(session.Pin.Options), session.Pin.Shards, Now));

    /// <inheritdoc/>
    public Task LabelSessionAsync(SessionId id, string clientId) => Writer.WriteAsync(
        0, connection => connection.Execute("UPDATE session SET client_id = $2 WHERE id = $1", id, clientId));

    /// <inheritdoc/>
    public Task<SessionRecord?> FindSessionAsync(SessionId id) => _readers.ReadAsync(connection => SessionRows.Find(connection, _file, id));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SessionRecord>> ListSessionsAsync() => _readers.ReadAsync(connection => SessionRows.All(connection, _file));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SessionRecord>> ListOpenSessionsAsync() => _readers.ReadAsync(connection => SessionRows.Open(connection, _file));

    /// <inheritdoc/>
    public Task<EndOutcome> SetEndAsync(SessionId id, Table table, TableEnd tableEnd) => Writer.WriteAsync(0, connection =>
    {
        if (!IsOpen(connection, id)) return EndOutcome.NotOpen;
        using (var found = connection.Read("SELECT last, hash_sum FROM table_end WHERE session = $1 AND opcode = $2", id, table.Opcode))
            if (found.Read()) return new TableEnd(found.GetInt64(0), found.Hash(1)) == tableEnd ? EndOutcome.Equal : EndOutcome.Conflict;
        connection.Execute("INSERT INTO table_end VALUES ($1, $2, $3, $4)", id, table.Opcode, tableEnd.Last, tableEnd.HashSum);
        Advance(connection, id);
        return EndOutcome.Set;
    });

    /// <inheritdoc/>
    public Task RaiseMarksAsync(SessionId id, IReadOnlyDictionary<Table, long> marks) => Writer.WriteAsync(0, connection =>
    {
        if (!IsOpen(connection, id)) return false;
        var raised = 0;
        foreach (var (table, number) in marks)
        {
            raised += connection.Execute(
                """
                INSERT INTO mark VALUES ($1, $2, $3)
                ON CONFLICT DO UPDATE SET number = excluded.number WHERE excluded.number > number
                """,
                id, table.Opcode, number);
        }

        return raised > 0 && Advance(connection, id);
    });

    /// <inheritdoc/>
    public Task<bool> EndSessionAsync(SessionId id, SessionState state, string reason)
    {
        if (state is SessionState.Open or SessionState.Complete)
            throw new ArgumentOutOfRangeException(nameof(state), state, "A session is completed by the closing of its last query, and never opened again.");
        return Writer.WriteAsync(0, connection =>
        {
            if (!End(connection, id, state, reason)) return false;
            connection.Execute("DELETE FROM result WHERE session = $1", id);
            connection.Execute("DELETE FROM closed_query WHERE session = $1", id);
            return true;
        });
    }

    /// <inheritdoc/>
    public async Task<int> PurgeAsync(TimeSpan kept)
    {
        var (before, purged) = (Now - (long)kept.TotalMilliseconds, 0);
        // One at a time, since others wait for the writer. Everything of a session goes with its row.
        while (await Writer.WriteAsync(0, connection => connection.Execute(
            "DELETE FROM session WHERE id = (SELECT id FROM session WHERE state <> 0 AND ended_at <= $1 LIMIT 1)", before)) > 0) purged++;
        return purged;
    }

    // Leaving the open state and deleting the journal are one.
    private bool End(Connection connection, SessionId id, SessionState state, string? reason)
    {
        if (connection.Execute("UPDATE session SET state = $2, reason = $3, ended_at = $4, progress = progress + 1 WHERE id = $1 AND state = 0", id, (long)state, reason, Now) == 0)
            return false;
        connection.Execute("DELETE FROM journal WHERE session = $1", id);
        connection.Execute("DELETE FROM snapshot WHERE session = $1", id);
        connection.Execute("DELETE FROM attempt WHERE session = $1", id);
        return true;
    }
}
