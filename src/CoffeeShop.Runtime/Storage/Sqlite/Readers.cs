using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>A few connections that read, each in a view of its own that no writer disturbs.</summary>
/// <param name="file">The path of the file.</param>
internal sealed class Readers(string file) : IAsyncDisposable
{
    private const int CountMax = 4;

    private readonly SemaphoreSlim _free = new(CountMax);
    private readonly ConcurrentBag<Connection> _idle = [];
    private volatile bool _isClosed;

    /// <summary>Reads in one transaction: all that had been committed when it began, and nothing later.</summary>
    /// <param name="read">Reads, waiting for nothing.</param>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public async Task<T> ReadAsync<T>(Func<Connection, T> read)
    {
        await _free.WaitAsync();
        try
        {
            if (_isClosed) throw Trouble.Closed(file);
            return await Task.Run(() => Read(read));
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for what is being read, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        for (var i = 0; i < CountMax; i++) await _free.WaitAsync();
        foreach (var connection in _idle) connection.Dispose();
        _idle.Clear();
        // Whoever waits still finds that it is closed.
        _free.Release(CountMax);
    }

    private T Read<T>(Func<Connection, T> read)
    {
        Connection? connection = null;
        try
        {
            if (!_idle.TryTake(out connection)) connection = DatabaseFile.OpenReader(file);
            connection.Execute("BEGIN");
            var answer = read(connection);
            connection.Execute("COMMIT");
            _idle.Add(connection);
            return answer;
        }
        catch (Exception e)
        {
            // In whatever state it is: the next one opens another.
            connection?.Dispose();
            if (e is SqliteException error) throw Trouble.Explain(file, error);
            throw;
        }
    }
}
