using CoffeeShop.Delivery;

namespace CoffeeShop.Storage.Postgres;

/// <content>Messages under suspicion.</content>
public sealed partial class PostgresStorage
{
    /// <inheritdoc/>
    public async Task<Attempts?> BeginAttemptAsync(AttemptKey message) =>
        await CountAttemptAsync(message, begun: 1, failed: 0) is { } after ? after with { Begun = after.Begun - 1 } : null;

    /// <inheritdoc/>
    public Task<Attempts?> FailAttemptAsync(AttemptKey message) => CountAttemptAsync(message, begun: 0, failed: 1);

    /// <inheritdoc/>
    public Task ClearAttemptsAsync(AttemptKey message) => _database.WriteAsync(transaction => transaction.ExecuteAsync(
        "DELETE FROM attempt WHERE session = $1 AND queue = $2 AND input = $3 AND number = $4", message.Session, message.Queue, message.Input.Code, message.Number));

    // Only of sessions that are open: nothing would ever delete those of others.
    private Task<Attempts?> CountAttemptAsync(AttemptKey message, int begun, int failed) => _database.WriteAsync(async transaction =>
    {
        if ((await LockOpenAsync(transaction, message.Session)).Count == 0) return (Attempts?)null;
        await using var statements = transaction.Group();
        statements.Add(
            """
            INSERT INTO attempt VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (session, queue, input, number) DO UPDATE SET begun = attempt.begun + excluded.begun, failed = attempt.failed + excluded.failed
            RETURNING begun, failed
            """,
            message.Session, message.Queue, message.Input.Code, message.Number, begun, failed);
        await using var row = await statements.ReadAsync();
        await row.ReadAsync();
        return new Attempts(row.GetInt32(0), row.GetInt32(1));
    });
}
