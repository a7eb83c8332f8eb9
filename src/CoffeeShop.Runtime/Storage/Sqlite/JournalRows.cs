using CoffeeShop.Delivery;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>Reads the journal of a destination from its rows.</summary>
internal static class JournalRows
{
    /// <summary>The last record, also when a snapshot has taken its place; 0 when there is none.</summary>
    public static long LastSequence(Connection connection, Destination destination, SessionId session) =>
        connection.Scalar("SELECT max(sequence) FROM journal WHERE session = $1 AND destination = $2", session, destination) is long last
            ? last : SnapshotSequence(connection, destination, session);

    /// <summary>The last record that the snapshot covers; 0 when there is none.</summary>
    public static long SnapshotSequence(Connection connection, Destination destination, SessionId session) =>
        connection.Scalar("SELECT sequence FROM snapshot WHERE session = $1 AND destination = $2", session, destination) as long? ?? 0;

    /// <summary>All open sessions of which the destination holds something.</summary>
    public static IReadOnlyList<JournaledSession> All(Connection connection, string file, Destination destination)
    {
        var query = destination.Kind == DestinationKind.Join ? destination.Number : -1;
        var sessions = new List<JournaledSession>();
        using var row = connection.Read(
            """
            SELECT id, options, shards, closed_query.query IS NOT NULL, snapshot.sequence, snapshot.bytes FROM session
            LEFT JOIN closed_query ON closed_query.session = id AND closed_query.query = $2
            LEFT JOIN snapshot ON snapshot.session = id AND destination = $1
            WHERE state = 0
            ORDER BY id
            """,
            destination, query);
        while (row.Read())
        {
            var session = row.Session(0);
            var (isClosed, hasSnapshot) = (row.GetBoolean(3), !row.IsDBNull(4));
            var (records, rows) = (Records(connection, destination, session), Rows(connection, query, session));
            if (!isClosed && !hasSnapshot && records.Count == 0 && rows.Count == 0) continue;
            sessions.Add(new JournaledSession(
                session, SessionRows.Pin(file, row.Bytes(1), row.GetInt32(2)), isClosed,
                hasSnapshot ? row.GetInt64(4) : 0, hasSnapshot ? row.Bytes(5) : ReadOnlyMemory<byte>.Empty, records, rows));
        }

        return sessions;
    }

    private static List<JournalRecord> Records(Connection connection, Destination destination, SessionId session)
    {
        var records = new List<JournalRecord>();
        using var row = connection.Read("SELECT sequence, bytes FROM journal WHERE session = $1 AND destination = $2 ORDER BY sequence", session, destination);
        while (row.Read()) records.Add(new JournalRecord(session, row.GetInt64(0), row.Bytes(1)));
        return records;
    }

    private static List<RowEntry> Rows(Connection connection, int query, SessionId session)
    {
        var rows = new List<RowEntry>();
        using var row = connection.Read(
            "SELECT number, hash, row_count, length(bytes) FROM result WHERE session = $1 AND query = $2 AND hash IS NOT NULL ORDER BY number", session, query);
        while (row.Read()) rows.Add(new RowEntry(row.GetInt64(0), row.Hash(1), row.GetInt64(2), row.GetInt64(3)));
        return rows;
    }
}
