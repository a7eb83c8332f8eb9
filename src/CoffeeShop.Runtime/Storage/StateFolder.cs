using CoffeeShop.Storage.Sqlite;

namespace CoffeeShop.Storage;

/// <summary>The state of a single server: a folder that one process holds at a time.</summary>
public static class StateFolder
{
    /// <summary>Takes a folder and opens the database in it.</summary>
    /// <param name="path">The folder; made when it is missing.</param>
    /// <param name="clock">The clock of the database.</param>
    /// <exception cref="StorageException">Another server has the folder, or what is in it cannot be used.</exception>
    public static IStorage Open(string path, TimeProvider clock) => SqliteStorage.Open(path, shards: null, clock);
}
