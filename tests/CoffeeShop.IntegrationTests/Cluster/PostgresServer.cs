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
    private readonly Lazy<Task<PostgresService>> _service;
    private int _databases;

    public PostgresServer()
        : this(Path.GetTempPath())
    {
    }

    /// <summary>One of its own, somewhere else.</summary>
    internal PostgresServer(string parent)
    {
        Folder = Path.Combine(parent, $"coffee-postgres-{Guid.NewGuid():N}");
        _service = new(() => PostgresService.StartAsync(Folder, _log.Enqueue, survivesMachine: false));
    }

    /// <summary>Its folder: made by the server, whose user can pass through the one above; inside, nobody else can.</summary>
    public string Folder { get; }

    /// <summary>What it has said.</summary>
    public string Log => string.Join('\n', _log);

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
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
