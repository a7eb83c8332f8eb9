using CoffeeShop.Delivery;
using Microsoft.Data.Sqlite;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>A connection to the file with its prepared statements. One thread uses it at a time.</summary>
internal sealed class Connection : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    /// <summary>Opens a file that is there.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="mode">Whether it may be made or written.</param>
    public Connection(string file, SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        // Without the provider's pool: a closed connection is closed, so that the file can be moved and its log is folded in.
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            _connection.Open();
            // Another process that looks into the file (a backup, a browser) is waited for, but not for ever.
            Execute("PRAGMA busy_timeout = 5000");
            Execute("PRAGMA foreign_keys = ON");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether a transaction is under way: after some errors the database itself has ended it.</summary>
    public bool IsInTransaction => SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    /// <summary>Leaves the log beside the file when it is closed, so that a file that is only looked at stays as it is.</summary>
    public void LeaveLog()
    {
        const int NoCheckpointOnClose = 1006;
        _ = SQLitePCL.raw.sqlite3_db_config(_connection.Handle, NoCheckpointOnClose, 1, out _);
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row, or null when there is no row or nothing in it.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>The first column of the first row, a whole number.</summary>
    public long Number(string sql, params ReadOnlySpan<object?> values) => (long)Scalar(sql, values)!;

    /// <summary>Runs a query. Its rows are disposed before the same query runs again.</summary>
    public SqliteDataReader Read(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteReader();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in _commands.Values) command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= values.Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            _commands.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = ToColumn(values[i]);
        return command;
    }

    private static object ToColumn(object? value) => value switch
    {
        null => DBNull.Value,
        SessionId id => id.Value.ToByteArray(bigEndian: true),
        ReadOnlyMemory<byte> bytes => ToArray(bytes),
        // The database knows signed numbers only; the bits are the same.
        ulong hash => unchecked((long)hash),
        Destination destination => destination.ToString(),
        _ => value,
    };

    // The provider takes whole arrays. Most bytes are one, and are not copied.
    private static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var part) && part.Offset == 0 && part.Count == part.Array!.Length ? part.Array : bytes.ToArray();
}

/// <summary>Reads our types from rows.</summary>
internal static class Columns
{
    public static SessionId Session(this SqliteDataReader row, int column) => SessionId.Read(row.GetFieldValue<byte[]>(column));

    public static byte[] Bytes(this SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static ulong Hash(this SqliteDataReader row, int column) => unchecked((ulong)row.GetInt64(column));

    public static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
