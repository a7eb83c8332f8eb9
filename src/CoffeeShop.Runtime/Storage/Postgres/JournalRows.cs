using CoffeeShop.Delivery;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>Where the journal of a session at a destination ends.</summary>
/// <param name="Last">The last record, also when a snapshot has taken its place; 0 when there is none.</param>
/// <param name="Covered">The last record that the snapshot covers; 0 when there is none.</param>
/// <param name="IsClosed">Whether the query of this join has answered.</param>
internal readonly record struct JournalTail(long Last, long Covered, bool IsClosed);

/// <summary>Reads the journal of a destination from its rows.</summary>
internal static class JournalRows
{
    /// <summary>Finds the tails (<see cref="JournalTail"/>) of the journals of sessions $1 at destination $2, the join of query $3.</summary>
    public const string SelectTails =
        """
        SELECT id, coalesce((SELECT max(sequence) FROM journal WHERE session = id AND destination = $2), covered), covered,
            EXISTS (SELECT FROM closed_query WHERE session = id AND query = $3)
        FROM (
            SELECT id, coalesce((SELECT sequence FROM snapshot WHERE session = id AND destination = $2), 0) AS covered FROM unnest($1::uuid[]) AS id) AS asked
        """;

    /// <summary>The query that a destination is the join of, or one that does not exist.</summary>
    public static short QueryOf(Destination destination) => (short)(destination.Kind == DestinationKind.Join ? destination.Number : -1);

    /// <summary>All open sessions of which the destination holds something, by their ids.</summary>
    /// <param name="transaction">A transaction with one view.</param>
    /// <param name="name">What messages call the database.</param>
    /// <param name="claim">The claim of the owner.</param>
    public static async Task<IReadOnlyList<JournaledSession>> AllAsync(Transaction transaction, string name, Claim claim)
    {
        await using var statements = transaction.Group();
        // Without a lock: all that an owner before could write was committed when this view was made, or never will be.
        statements.Add("SELECT 1 FROM ownership WHERE destination = $1 AND epoch = $2", claim.Destination, claim.Epoch);
        statements.Add(
            """
            SELECT session, sequence, bytes FROM journal JOIN session ON id = session
            WHERE state = 0 AND destination = $1 ORDER BY session, sequence
            """,
            claim.Destination);
        statements.Add(
            """
            SELECT session, number, hash, row_count, octet_length(bytes) FROM result JOIN session ON id = session
            WHERE state = 0 AND query = $1 AND hash IS NOT NULL ORDER BY session, number
            """,
            QueryOf(claim.Destination));
        statements.Add(
            """
            SELECT id, options, shards, closed_query.query IS NOT NULL, snapshot.sequence, snapshot.bytes FROM session
            LEFT JOIN closed_query ON closed_query.session = id AND closed_query.query = $2
            LEFT JOIN snapshot ON snapshot.session = id AND snapshot.destination = $1
            WHERE state = 0
            ORDER BY id
            """,
            claim.Destination, QueryOf(claim.Destination));
        await using var row = await statements.ReadAsync();
        if (!await row.ReadAsync()) throw new StaleClaimException(claim);
        await row.NextResultAsync();
        var records = await GroupAsync(row, () => new JournalRecord(row.Session(0), row.GetInt64(1), row.Bytes(2)));
        await row.NextResultAsync();
        var rows = await GroupAsync(row, () => new RowEntry(row.GetInt64(1), row.Hash(2), row.GetInt64(3), row.GetInt32(4)));
        await row.NextResultAsync();
        var sessions = new List<JournaledSession>();
        while (await row.ReadAsync())
        {
            var session = row.Session(0);
            var (isClosed, hasSnapshot) = (row.GetBoolean(3), !row.IsDBNull(4));
            if (!isClosed && !hasSnapshot && !records.ContainsKey(session) && !rows.ContainsKey(session)) continue;
            sessions.Add(new JournaledSession(
                session, SessionRows.Pin(name, row.Bytes(1), row.GetInt32(2)), isClosed,
                hasSnapshot ? row.GetInt64(4) : 0, hasSnapshot ? row.Bytes(5) : ReadOnlyMemory<byte>.Empty,
                records.GetValueOrDefault(session, []), rows.GetValueOrDefault(session, [])));
        }

        return sessions;
    }

    // The rows of a statement by the session in their first column.
    private static async Task<Dictionary<SessionId, List<T>>> GroupAsync<T>(NpgsqlDataReader row, Func<T> read)
    {
        var groups = new Dictionary<SessionId, List<T>>();
        while (await row.ReadAsync())
        {
            if (!groups.TryGetValue(row.Session(0), out var group)) groups.Add(row.Session(0), group = []);
            group.Add(read());
        }

        return groups;
    }
}
