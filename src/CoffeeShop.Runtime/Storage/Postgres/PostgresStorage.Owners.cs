using CoffeeShop.Delivery;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <content>Who may write for a destination.</content>
public sealed partial class PostgresStorage
{
    /// <summary>How long a takeover waits for what the owner before has under way.</summary>
    internal static readonly TimeSpan EvictionPatience = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public Task<Claim> TakeOverAsync(Destination destination) => _database.WriteAsync(async transaction =>
    {
        // Waits for transactions of the owner before: they commit, and are read then, or they are refused.
        var bump = transaction.ScalarAsync(
            "INSERT INTO ownership VALUES ($1, 1) ON CONFLICT (destination) DO UPDATE SET epoch = ownership.epoch + 1 RETURNING epoch", destination);
        return new Claim(destination, (long)(await EvictUntilAsync(bump, transaction.ServerProcess))!);
    });

    // An owner that was paused within a transaction, or whose machine is gone, would hold its row for ever. The server ends
    // such a transaction as if the connection were lost: nothing of it is committed.
    private async Task<object?> EvictUntilAsync(Task<object?> bump, int waiting)
    {
        StorageException? failure = null;
        while (await Task.WhenAny(bump, Task.Delay(EvictionPatience, _clock)) != bump)
        {
            try
            {
                await _database.WriteAsync(transaction => transaction.ExecuteAsync(
                    "SELECT pg_terminate_backend(blocking) FROM unnest(pg_blocking_pids($1)) AS blocking", waiting));
            }
            catch (StorageException e)
            {
                // Told when the bump fails too, since this is why it had to wait.
                failure = e;
            }
        }

        return failure is null || bump.IsCompletedSuccessfully ? await bump : throw failure;
    }

    // Reads what the lock of the ownership row has found: every transaction of an owner begins with it.
    private static async Task CheckClaimAsync(NpgsqlDataReader row, Claim claim)
    {
        if (!await row.ReadAsync()) throw new StaleClaimException(claim);
        await row.NextResultAsync();
    }
}
