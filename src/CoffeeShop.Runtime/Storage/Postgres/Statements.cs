using CoffeeShop.Delivery;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>Statements that go to the server together: one way there and back, each seeing what was committed when it began.</summary>
internal sealed class Statements : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch;

    /// <summary>No statements yet.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    public Statements(NpgsqlConnection connection) => _batch = new NpgsqlBatch(connection);

    /// <summary>Adds a statement.</summary>
    /// <param name="sql">The statement, with parameters <c>$1</c>, <c>$2</c> …</param>
    /// <param name="values">Their values.</param>
    /// <returns>The statement, which knows how many rows it changed when it has run.</returns>
    public NpgsqlBatchCommand Add(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = ToColumn(value) });
        _batch.BatchCommands.Add(command);
        return command;
    }

    /// <summary>Runs them.</summary>
    public Task ExecuteAsync() => _batch.BatchCommands.Count > 0 ? _batch.ExecuteNonQueryAsync() : Task.CompletedTask;

    /// <summary>Runs them and reads what they find, one after another.</summary>
    public Task<NpgsqlDataReader> ReadAsync() => _batch.ExecuteReaderAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    private static object ToColumn(object? value) => value switch
    {
        null => DBNull.Value,
        SessionId id => id.Value,
        SessionId[] ids => Array.ConvertAll(ids, id => id.Value),
        // The database knows signed numbers only; the bits are the same.
        ulong hash => unchecked((long)hash),
        byte number => (short)number,
        Destination destination => destination.ToString(),
        // The one character that its texts cannot hold.
        string text => text.Replace('\0', '\uFFFD'),
        _ => value,
    };
}

/// <summary>Reads our types from rows.</summary>
internal static class Columns
{
    public static SessionId Session(this NpgsqlDataReader row, int column) => new(row.GetGuid(column));

    public static byte[] Bytes(this NpgsqlDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static byte Byte(this NpgsqlDataReader row, int column) => checked((byte)row.GetInt16(column));

    public static ulong Hash(this NpgsqlDataReader row, int column) => unchecked((ulong)row.GetInt64(column));

    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
