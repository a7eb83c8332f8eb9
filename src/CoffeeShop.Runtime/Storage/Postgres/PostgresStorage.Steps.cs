using System.Runtime.ExceptionServices;

namespace CoffeeShop.Storage.Postgres;

/// <content>What the cluster does once.</content>
public sealed partial class PostgresStorage
{
    /// <summary>
    /// Does a step that a cluster takes once, such as declaring its queues, unless it has been done. Of all who ask at once
    /// one does it, and the others wait. A step that fails, or whose process ends, is done by the next who asks.
    /// </summary>
    /// <param name="name">Names the step.</param>
    /// <param name="step">Does it. It may be done again when its end could not be remembered.</param>
    /// <returns>Whether it was done now.</returns>
    /// <exception cref="StorageException">The database is in trouble; the step may have been done.</exception>
    public async Task<bool> RunOnceAsync(string name, Func<Task> step)
    {
        const string IsDone = "SELECT 1 FROM done_step WHERE name = $1";
        if (await _database.ReadAsync(transaction => transaction.ScalarAsync(IsDone, name)) is not null) return false;
        ExceptionDispatchInfo? failure = null;
        var isDoneNow = await _database.WriteAsync(async transaction =>
        {
            // The step is not done on the database, which sees an idle transaction meanwhile.
            await transaction.ExecuteScriptAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
            await transaction.ScalarAsync("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name);
            if (await transaction.ScalarAsync(IsDone, name) is not null) return false;
            try
            {
                await step();
            }
            catch (Exception e)
            {
                // Not as trouble of the database, which would be tried again.
                failure = ExceptionDispatchInfo.Capture(e);
                return false;
            }

            await transaction.ExecuteAsync("INSERT INTO done_step (name) VALUES ($1)", name);
            return true;
        });
        failure?.Throw();
        return isDoneNow;
    }
}
