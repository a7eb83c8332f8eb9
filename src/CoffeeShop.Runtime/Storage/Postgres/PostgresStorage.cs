using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>
/// The database of a cluster: any number of processes share it. What one of them may write is decided by locks on rows
/// (<see cref="Locks"/>), held until the transaction ends.
/// </summary>
public sealed partial class PostgresStorage : IStorage
{
    /// <summary>The number of shards of a new database, when none is asked for.</summary>
    public const int ShardsOfNew = 8;

    // Progress of what no owner does.
    private const string Gateway = "gateway";

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly Locks _locks;

    private PostgresStorage(Database database, int shards, TimeProvider clock, Locks locks) => (_database, Shards, _clock, _locks) = (database, shards, clock, locks);

    /// <inheritdoc/>
    public int Shards { get; }

    /// <summary>Connects to a database, makes or upgrades the tables in it, and checks them.</summary>
    /// <param name="address">A URI <c>postgres://user:password@host:port/database</c>, or a connection string of Npgsql.</param>
    /// <param name="shards">The number of shards, or null for that of the database, or <see cref="ShardsOfNew"/> for a new one.</param>
    /// <param name="clock">Measures pauses and patience; the time of day is that of the database.</param>
    /// <param name="name">What the server calls the connections.</param>
    /// <exception cref="StorageException">
    /// It cannot be reached now, or, which is lasting: the address is wrong, the user is refused, the server is too old, or
    /// the database is missing, foreign, newer, or of another number of shards. It was left as it is.
    /// </exception>
    public static Task<PostgresStorage> OpenAsync(string address, int? shards, TimeProvider clock, string? name = null) => OpenAsync(address, shards, clock, new Locks(), name);

    /// <summary>Connects, and locks with other statements, to show what they are for.</summary>
    internal static async Task<PostgresStorage> OpenAsync(string address, int? shards, TimeProvider clock, Locks locks, string? application = null)
    {
        if (shards is < 1) throw new ArgumentOutOfRangeException(nameof(shards), shards, "At least one shard.");
        var parsed = DatabaseAddress.Parse(address);
        if (application is not null) parsed.ApplicationName = application;
        var name = DatabaseAddress.Describe(parsed);
        var source = NpgsqlDataSource.Create(parsed);
        try
        {
            var found = await Preparation.PrepareAsync(source, name, shards, ShardsOfNew);
            return new PostgresStorage(new Database(source, name, clock), found, clock, locks);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the connections. What is under way on them ends first.</summary>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

}
