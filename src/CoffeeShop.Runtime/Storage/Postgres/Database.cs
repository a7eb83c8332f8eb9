using System.Data;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>
/// Transactions on a few connections. Trouble that passes is waited out for a short while, as long as that is safe: a
/// transaction that only reads is done again, and so is one that writes until its commit has been asked for. After that
/// nobody knows, and whoever asked begins anew.
/// </summary>
/// <param name="source">The connections.</param>
/// <param name="name">What messages call the database.</param>
/// <param name="clock">Measures the pauses.</param>
internal sealed class Database(NpgsqlDataSource source, string name, TimeProvider clock) : IAsyncDisposable
{
    // 1.5 s in all: a connection that broke is replaced, and whoever waits longer has a better idea of how long.
    private static readonly int[] PauseMilliseconds = [0, 50, 100, 200, 400, 800];

    private volatile bool _isClosed;

    /// <summary>What messages call the database.</summary>
    public string Name => name;

    /// <summary>Reads in one view: all that had been committed when it began, and nothing later.</summary>
    /// <param name="read">Reads. It may be called again.</param>
    /// <exception cref="StorageException">The database is in trouble.</exception>
    public Task<T> ReadAsync<T>(Func<Transaction, Task<T>> read) => RepeatAsync(IsolationLevel.RepeatableRead, read);

    /// <summary>Writes, and completes when it is committed. Every statement sees what was committed when that statement began.</summary>
    /// <param name="write">Writes. It may be called again, when nothing of it was committed.</param>
    /// <exception cref="StorageException">The outcome is unknown, or the database refused it.</exception>
    public Task<T> WriteAsync<T>(Func<Transaction, Task<T>> write) => RepeatAsync(IsolationLevel.ReadCommitted, write);

    /// <summary>Writes something that has no answer.</summary>
    /// <param name="write">Writes. It may be called again, when nothing of it was committed.</param>
    /// <exception cref="StorageException">The outcome is unknown, or the database refused it.</exception>
    public Task WriteAsync(Func<Transaction, Task> write) => WriteAsync(async transaction =>
    {
        await write(transaction);
        return true;
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        return source.DisposeAsync();
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        try
        {
            return await source.OpenConnectionAsync();
        }
        catch (ArgumentOutOfRangeException e)
        {
            // Npgsql waits until a time of day. When the clock has been set back by weeks meanwhile, it finds that too far away.
            throw new TimeoutException("The clock was set while a connection was opened.", e);
        }
    }

    private async Task<T> RepeatAsync<T>(IsolationLevel level, Func<Transaction, Task<T>> run)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (_isClosed) throw Trouble.Closed(name);
            var isCommitting = false;
            try
            {
                await using var connection = await OpenAsync();
                try
                {
                    await using var transaction = await connection.BeginTransactionAsync(level);
                    var answer = await run(new Transaction(connection));
                    isCommitting = level == IsolationLevel.ReadCommitted;
                    await transaction.CommitAsync();
                    return answer;
                }
                catch (InvalidOperationException e) when (e is ObjectDisposedException || connection.FullState.HasFlag(ConnectionState.Broken))
                {
                    // Found broken between two statements, by whoever looks after idle connections; a moment later it is disposed.
                    throw new IOException("the connection was lost", e);
                }
            }
            catch (Exception e) when (!isCommitting && attempt < PauseMilliseconds.Length && Trouble.IsPassing(e))
            {
                // Its transaction is gone with its connection, or rolled back.
                await Task.Delay(TimeSpan.FromMilliseconds(PauseMilliseconds[attempt]), clock);
            }
            catch (ObjectDisposedException) when (_isClosed)
            {
                throw Trouble.Closed(name);
            }
            catch (Exception e) when (Trouble.IsTrouble(e))
            {
                throw Trouble.Explain(name, e);
            }
            catch (Exception e) when (isCommitting)
            {
                // Whatever it is: the commit may have been done.
                throw new StorageException($"{name} is not known to have committed: {e.Message}", e);
            }
        }
    }
}
