using Microsoft.Data.Sqlite;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>
/// The one thread that writes. It takes whatever has been asked for since it last looked, does each in a savepoint of one
/// transaction, commits, and then answers all of them: the more is asked at once, the fewer commits it costs. There is no
/// timer, and when nothing else waits an operation is committed at once.
/// </summary>
internal sealed class Writer : IDisposable
{
    // A transaction that grows without end would let the first of it wait for the last.
    private const long GroupBytesMax = 16 << 20;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);

    private readonly string _file;
    // Its own monitor. Waiting for it costs no processor time, where a blocking collection would spin first, for every operation.
    private readonly Queue<Operation> _asked = [];
    private readonly Thread _thread;
    private bool _isClosed;
    private Connection? _connection;
    private long _commits;

    public Writer(string file)
    {
        _file = file;
        _thread = new Thread(Run) { Name = "storage writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>How many transactions have been committed.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Does an operation in a transaction, and completes when that is committed.</summary>
    /// <param name="bytes">About how much it writes.</param>
    /// <param name="run">The operation. It runs on the thread that writes and waits for nothing.</param>
    /// <exception cref="StorageException">The outcome is unknown.</exception>
    public Task<T> WriteAsync<T>(long bytes, Func<Connection, T> run)
    {
        var operation = new Operation<T>(_file, bytes, run);
        lock (_asked)
        {
            if (_isClosed) return Task.FromException<T>(Trouble.Closed(_file));
            _asked.Enqueue(operation);
            Monitor.Pulse(_asked);
        }

        return operation.Done;
    }

    /// <summary>Does what has been asked for, and closes the connection.</summary>
    public void Dispose()
    {
        lock (_asked)
        {
            _isClosed = true;
            Monitor.Pulse(_asked);
        }

        _thread.Join();
        _connection?.Dispose();
    }

    private void Run()
    {
        List<Operation> group = [];
        var isLogEmpty = true;
        while (TryTake(group, isLogEmpty ? Timeout.InfiniteTimeSpan : IdleTime))
        {
            isLogEmpty = group.Count == 0;
            if (isLogEmpty) EmptyLog();
            else Commit(group);
            group.Clear();
        }
    }

    // Takes what has been asked for, nothing when that is nothing for so long, and is false when nothing more will be.
    private bool TryTake(List<Operation> group, TimeSpan time)
    {
        lock (_asked)
        {
            while (_asked.Count == 0)
            {
                if (_isClosed) return false;
                if (!Monitor.Wait(_asked, time) && _asked.Count == 0 && !_isClosed) return true;
            }

            for (var bytes = 0L; bytes < GroupBytesMax && _asked.TryDequeue(out var operation); bytes += operation.Bytes) group.Add(operation);
            return true;
        }
    }

    private void Commit(List<Operation> group)
    {
        try
        {
            _connection ??= DatabaseFile.OpenWriter(_file);
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var operation in group) RunAlone(operation, _connection);
            _connection.Execute("COMMIT");
            Interlocked.Increment(ref _commits);
        }
        catch (Exception e)
        {
            // Also those that were refused for their own reason are told that nothing is known: the reason may be gone.
            foreach (var operation in group) operation.Fail(e);
            Reopen();
            return;
        }

        foreach (var operation in group) operation.Complete();
    }

    // What fails for its own reason takes only its own changes with it.
    private static void RunAlone(Operation operation, Connection connection)
    {
        connection.Execute("SAVEPOINT operation");
        try
        {
            operation.Run(connection);
        }
        catch (Exception e) when (connection.IsInTransaction)
        {
            operation.Refuse(e);
            connection.Execute("ROLLBACK TO operation");
        }

        connection.Execute("RELEASE operation");
    }

    // Closing rolls back whatever is under way, in whatever state the connection is. The next operation opens another.
    private void Reopen()
    {
        _connection?.Dispose();
        _connection = null;
    }

    // The log is kept short while nobody waits.
    private void EmptyLog()
    {
        try
        {
            _connection?.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // Nothing is lost: everything is in the log still, and the next commit finds the same trouble and tells it.
            Reopen();
        }
    }
}
