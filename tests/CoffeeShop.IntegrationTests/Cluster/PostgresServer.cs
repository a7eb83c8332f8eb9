using System.Collections.Concurrent;
using CoffeeShop.Services;

[assembly: AssemblyFixture(typeof(CoffeeShop.IntegrationTests.Cluster.PostgresServer))]

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>One private PostgreSQL for the tests that share it, and a database of its own for each test. Nothing of it stays.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _log = [];
    private string _folder = "";
    private int _databases;

    public PostgresService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // Others than its owner may pass through, as the server has a user of its own; inside, only that user.
        _folder = Path.Combine(Path.GetTempPath(), $"coffee-postgres-{Guid.NewGuid():N}");
        Service = await PostgresService.StartAsync(_folder, _log.Enqueue, survivesMachine: false);
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its address.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await Service.CreateDatabaseAsync(name);
        return Service.AddressOf(name);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
