using System.Buffers;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>Reads sessions from their rows.</summary>
internal static class SessionRows
{
    /// <summary>Sessions, the newest first.</summary>
    /// <param name="transaction">A transaction with one view.</param>
    /// <param name="name">What messages call the database.</param>
    /// <param name="which">The condition on rows of <c>session</c>.</param>
    /// <param name="values">The values of its parameters.</param>
    public static async Task<IReadOnlyList<SessionRecord>> ReadAsync(Transaction transaction, string name, string which, params object?[] values)
    {
        await using var statements = transaction.Group();
        statements.Add(
            $"""
            SELECT id, protocol, client_id, agency, secret_hash, fingerprint, options, shards, state, reason, created_at, ended_at,
                progress + coalesce((SELECT sum(count) FROM progress WHERE session = id), 0)::bigint
            FROM session WHERE {which} ORDER BY created_at DESC, id DESC
            """,
            values);
        statements.Add($"SELECT session, opcode, last, hash_sum FROM table_end WHERE session IN (SELECT id FROM session WHERE {which})", values);
        statements.Add($"SELECT session, opcode, number FROM mark WHERE session IN (SELECT id FROM session WHERE {which})", values);
        statements.Add($"SELECT session, query, chunks, bytes, row_count FROM closed_query WHERE session IN (SELECT id FROM session WHERE {which})", values);

        var sessions = new Dictionary<SessionId, Parts>();
        var records = new List<SessionRecord>();
        await using var row = await statements.ReadAsync();
        while (await row.ReadAsync())
        {
            var parts = new Parts([], [], []);
            var record = Session(name, row, parts);
            sessions.Add(record.Session.Id, parts);
            records.Add(record);
        }

        await row.NextResultAsync();
        while (await row.ReadAsync()) sessions[row.Session(0)].Ends.Add(TableOf(name, row.Byte(1)), new TableEnd(row.GetInt64(2), row.Hash(3)));
        await row.NextResultAsync();
        while (await row.ReadAsync()) sessions[row.Session(0)].Marks.Add(TableOf(name, row.Byte(1)), row.GetInt64(2));
        await row.NextResultAsync();
        while (await row.ReadAsync())
            sessions[row.Session(0)].Closed.Add(row.Byte(1), new ClosedQuery(row.Byte(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)));
        return records;
    }

    /// <summary>The ids that a statement finds.</summary>
    /// <param name="row">The reader, at the statement.</param>
    public static async Task<IReadOnlySet<SessionId>> IdsAsync(NpgsqlDataReader row)
    {
        var ids = new HashSet<SessionId>();
        while (await row.ReadAsync()) ids.Add(row.Session(0));
        return ids;
    }

    /// <summary>The bytes of the options in the database.</summary>
    public static byte[] Write(QueryOptions options)
    {
        var bytes = new ArrayBufferWriter<byte>();
        options.Write(new StateWriter(bytes));
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What is settled for a session.</summary>
    public static SessionPin Pin(string name, byte[] options, int shards)
    {
        try
        {
            var reader = new StateReader(options);
            return new SessionPin(QueryOptions.Read(ref reader), shards);
        }
        catch (InvalidDataException e)
        {
            throw Trouble.Damaged(name, e.Message, e);
        }
    }

    // The parts are filled in later, from the statements that follow.
    private static SessionRecord Session(string name, NpgsqlDataReader row, Parts parts)
    {
        var session = new NewSession(
            row.Session(0), row.Byte(1), row.GetString(2), row.TextOrNull(3), row.Bytes(4), row.Bytes(5), Pin(name, row.Bytes(6), row.GetInt32(7)));
        DateTimeOffset? endedAt = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11);
        return new SessionRecord(
            session, (SessionState)row.GetInt16(8), row.TextOrNull(9), row.GetFieldValue<DateTimeOffset>(10), endedAt, row.GetInt64(12), parts.Ends, parts.Marks, parts.Closed);
    }

    private static Table TableOf(string name, byte opcode) =>
        TableRegistry.All.FirstOrDefault(table => table.Opcode == opcode) ?? throw Trouble.Damaged(name, $"it names a table {opcode}, which is unknown");

    private readonly record struct Parts(Dictionary<Table, TableEnd> Ends, Dictionary<Table, long> Marks, Dictionary<byte, ClosedQuery> Closed);
}
