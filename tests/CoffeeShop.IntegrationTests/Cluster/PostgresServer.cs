using System.Collections.Concurrent;
using CoffeeShop.Services;

[assembly: AssemblyFixture(typeof(CoffeeShop.IntegrationTests.Cluster.PostgresServer))]

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>
/// One private PostgreSQL for the tests that share it, started by the first of them, and a database of its own for each.
/// Nothing of it stays.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _log = [];
    // Made by the server, whose user can pass through the folder above; inside, nobody else can.
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"coffee-postgres-{Guid.NewGuid():N}");
    private readonly Lazy<Task<PostgresService>> _service;
    private int _databases;

    public PostgresServer() => _service = new(() => PostgresService.StartAsync(_folder, _log.Enqueue, survivesMachine: false));

    /// <summary>The server, after a first database was made.</summary>
    public PostgresService Service => _service.Value.GetAwaiter().GetResult();

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its address.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        var service = await _service.Value;
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await service.CreateDatabaseAsync(name);
        return service.AddressOf(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service.IsValueCreated && _service.Value.IsCompletedSuccessfully) await Service.DisposeAsync();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
