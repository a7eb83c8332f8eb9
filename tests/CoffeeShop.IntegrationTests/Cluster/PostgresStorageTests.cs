using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;
using CoffeeShop.Tests.Storage;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>PostgreSQL keeps what every database promises.</summary>
[Trait("suite", "storage")]
public sealed class PostgresStorageTests(PostgresServer server) : StorageContract
{
    protected override async Task<StorageUnderTest> NewAsync() => await PostgresUnderTest.NewAsync(await server.NewDatabaseAsync());
}

/// <summary>A database of a shared server.</summary>
internal sealed class PostgresUnderTest : StorageUnderTest
{
    private readonly string _address;
    private PostgresStorage _storage;

    private PostgresUnderTest(string address, PostgresStorage storage) => (_address, _storage) = (address, storage);

    public override IStorage Storage => _storage;

    public static async Task<PostgresUnderTest> NewAsync(string address) => new(address, await PostgresStorage.OpenAsync(address, shards: null, TimeProvider.System));

    public override async Task ReopenAsync()
    {
        await _storage.DisposeAsync();
        _storage = await PostgresStorage.OpenAsync(_address, shards: null, TimeProvider.System);
    }

    public override ValueTask DisposeAsync() => _storage.DisposeAsync();
}
