using System.Buffers;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using Microsoft.Data.Sqlite;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>Reads sessions from their rows.</summary>
internal static class SessionRows
{
    private const string Select =
        """
        SELECT id, protocol, client_id, agency, secret_hash, fingerprint, options, shards, state, reason, created_at, ended_at, progress
        FROM session
        """;

    /// <summary>A session, or null when there is none.</summary>
    public static SessionRecord? Find(Connection connection, string file, SessionId id)
    {
        using var row = connection.Read($"{Select} WHERE id = $1", id);
        return row.Read() ? Session(connection, file, row) : null;
    }

    /// <summary>All sessions, the newest first.</summary>
    public static IReadOnlyList<SessionRecord> All(Connection connection, string file) => List(connection, file, Select);

    /// <summary>The open sessions, the newest first.</summary>
    public static IReadOnlyList<SessionRecord> Open(Connection connection, string file) =>
        List(connection, file, $"{Select} INDEXED BY session_open WHERE state = 0");

    private static List<SessionRecord> List(Connection connection, string file, string select)
    {
        var sessions = new List<SessionRecord>();
        using var row = connection.Read($"{select} ORDER BY created_at DESC, id DESC");
        while (row.Read()) sessions.Add(Session(connection, file, row));
        return sessions;
    }

    /// <summary>The bytes of the options in the database.</summary>
    public static byte[] Write(QueryOptions options)
    {
        var bytes = new ArrayBufferWriter<byte>();
        options.Write(new StateWriter(bytes));
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What is settled for a session.</summary>
    public static SessionPin Pin(string file, byte[] options, int shards)
    {
        try
        {
            var reader = new StateReader(options);
            return new SessionPin(QueryOptions.Read(ref reader), shards);
        }
        catch (InvalidDataException e)
        {
            throw Trouble.Damaged(file, e.Message, e);
        }
    }

    private static SessionRecord Session(Connection connection, string file, SqliteDataReader row)
    {
        var id = row.Session(0);
        var session = new NewSession(
            id, row.GetByte(1), row.GetString(2), row.TextOrNull(3), row.Bytes(4), row.Bytes(5), Pin(file, row.Bytes(6), row.GetInt32(7)));
        DateTimeOffset? endedAt = row.IsDBNull(11) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11));
        return new SessionRecord(
            session, (SessionState)row.GetInt32(8), row.TextOrNull(9), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)), endedAt, row.GetInt64(12),
            Ends(connection, file, id), Marks(connection, file, id), Closed(connection, id));
    }

    private static Dictionary<Table, TableEnd> Ends(Connection connection, string file, SessionId id)
    {
        var ends = new Dictionary<Table, TableEnd>();
        using var row = connection.Read("SELECT opcode, last, hash_sum FROM table_end WHERE session = $1", id);
        while (row.Read()) ends.Add(TableOf(file, row.GetByte(0)), new TableEnd(row.GetInt64(1), row.Hash(2)));
        return ends;
    }

    private static Dictionary<Table, long> Marks(Connection connection, string file, SessionId id)
    {
        var marks = new Dictionary<Table, long>();
        using var row = connection.Read("SELECT opcode, number FROM mark WHERE session = $1", id);
        while (row.Read()) marks.Add(TableOf(file, row.GetByte(0)), row.GetInt64(1));
        return marks;
    }

    private static Dictionary<byte, ClosedQuery> Closed(Connection connection, SessionId id)
    {
        var closed = new Dictionary<byte, ClosedQuery>();
        using var row = connection.Read("SELECT query, chunks, bytes, row_count FROM closed_query WHERE session = $1", id);
        while (row.Read()) closed.Add(row.GetByte(0), new ClosedQuery(row.GetByte(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
        return closed;
    }

    private static Table TableOf(string file, byte opcode) =>
        TableRegistry.All.FirstOrDefault(table => table.Opcode == opcode) ?? throw Trouble.Damaged(file, $"it names a table {opcode}, which is unknown");
}
