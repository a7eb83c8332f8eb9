using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Storage;

/// <summary>A database of its own for a test.</summary>
public abstract class StorageUnderTest : IAsyncDisposable
{
    /// <summary>The database, as it is open now.</summary>
    public abstract IStorage Storage { get; }

    /// <summary>Closes the database and opens it again, as a server that starts anew does.</summary>
    public abstract Task ReopenAsync();

    public abstract ValueTask DisposeAsync();
}
