using CoffeeShop.Delivery;
using CoffeeShop.Output;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>
/// The database of the single server: the file <c>coffee.db</c> in a state folder that one process holds. What is written
/// goes through one <see cref="Writer"/>; what is read goes past it. So every write sees all the writes before it, and
/// needs no lock on rows.
/// </summary>
public sealed partial class SqliteStorage : IStorage
{
    /// <summary>
    /// The number of shards of a new database, when none is asked for: one for each processor, from two to eight, since they
    /// stay within one process and each costs a record of every batch. It does not change when the database moves to another machine.
    /// </summary>
    public static int ShardsOfNew { get; } = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly string _file;
    private readonly TimeProvider _clock;
    private readonly FolderLock _lock;
    private readonly Readers _readers;
    private bool _isDisposed;

    private SqliteStorage(string file, int shards, FolderLock folder, TimeProvider clock)
    {
        (_file, Shards, _lock, _clock) = (file, shards, folder, clock);
        _readers = new Readers(file);
        Writer = new Writer(file);
    }

    /// <inheritdoc/>
    public int Shards { get; }

    /// <summary>The thread that writes.</summary>
    internal Writer Writer { get; }

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes the state folder, makes or checks the file in it, and opens it.</summary>
    /// <param name="folder">The state folder; made when it is missing.</param>
    /// <param name="shards">The number of shards, or null for that of the file, or <see cref="ShardsOfNew"/> for a new one.</param>
    /// <param name="clock">The clock of the database.</param>
    /// <exception cref="StorageException">Another server has the folder, or the file is damaged, foreign, newer, or of another number of shards. It was left as it is.</exception>
    public static SqliteStorage Open(string folder, int? shards, TimeProvider clock)
    {
        if (shards is < 1) throw new ArgumentOutOfRangeException(nameof(shards), shards, "At least one shard.");
        var folderLock = DatabaseFile.Lock(folder);
        try
        {
            var file = Path.Combine(folder, DatabaseFile.Name);
            return new SqliteStorage(file, DatabaseFile.Prepare(file, shards, ShardsOfNew), folderLock, clock);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Commits what has been asked for, folds the log into the file, closes it and frees the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _readers.DisposeAsync();
        // The last connection to close folds the log into the file.
        await Task.Run(Writer.Dispose);
        _lock.Dispose();
    }

    // Every write of an owner begins with this, in its own transaction.
    private static void CheckClaim(Connection connection, Claim claim)
    {
        if (connection.Scalar("SELECT 1 FROM ownership WHERE destination = $1 AND epoch = $2", claim.Destination, claim.Epoch) is null)
            throw new StaleClaimException(claim);
    }

    private static bool IsOpen(Connection connection, SessionId session) =>
        connection.Scalar("SELECT 1 FROM session WHERE id = $1 AND state = 0", session) is not null;

    // Whether it is open, and if so, that something has happened in it.
    private static bool Advance(Connection connection, SessionId session) =>
        connection.Execute("UPDATE session SET progress = progress + 1 WHERE id = $1 AND state = 0", session) > 0;
}
