using CoffeeShop.Delivery;

namespace CoffeeShop.Storage.Sqlite;

/// <content>Messages under suspicion.</content>
public sealed partial class SqliteStorage
{
    /// <inheritdoc/>
    public Task<Attempts?> BeginAttemptAsync(AttemptKey message) => Writer.WriteAsync(0, connection =>
        CountAttempt(connection, message, begun: 1, failed: 0) is { } after ? after with { Begun = after.Begun - 1 } : (Attempts?)null);

    /// <inheritdoc/>
    public Task<Attempts?> FailAttemptAsync(AttemptKey message) => Writer.WriteAsync(0, connection => CountAttempt(connection, message, begun: 0, failed: 1));

    /// <inheritdoc/>
    public Task ClearAttemptsAsync(AttemptKey message) => Writer.WriteAsync(0, connection => connection.Execute(
        "DELETE FROM attempt WHERE session = $1 AND queue = $2 AND input = $3 AND number = $4", message.Session, message.Queue, message.Input.Code, message.Number));

    // Only of sessions that are open: nothing would ever delete those of others.
    private static Attempts? CountAttempt(Connection connection, AttemptKey message, int begun, int failed)
    {
        using var row = connection.Read(
            """
            INSERT INTO attempt SELECT $1, $2, $3, $4, $5, $6 WHERE EXISTS (SELECT 1 FROM session WHERE id = $1 AND state = 0)
            ON CONFLICT DO UPDATE SET begun = begun + excluded.begun, failed = failed + excluded.failed
            RETURNING begun, failed
            """,
            message.Session, message.Queue, message.Input.Code, message.Number, begun, failed);
        return row.Read() ? new Attempts(row.GetInt32(0), row.GetInt32(1)) : null;
    }
}
