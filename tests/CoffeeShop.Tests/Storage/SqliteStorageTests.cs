using CoffeeShop.Storage;
using CoffeeShop.Storage.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Storage;

/// <summary>The file keeps what every database promises.</summary>
[Trait("suite", "storage")]
public sealed class SqliteStorageTests : StorageContract
{
    protected override Task<StorageUnderTest> NewAsync() => Task.FromResult<StorageUnderTest>(new SqliteUnderTest());
}

/// <summary>A file in a folder of its own, with a clock that only tests move.</summary>
internal sealed class SqliteUnderTest : StorageUnderTest
{
    private SqliteStorage _storage;

    public SqliteUnderTest(int? shards = null) => _storage = SqliteStorage.Open(Folder.Path, shards, Clock);

    public TemporaryFolder Folder { get; } = new();

    public FakeTimeProvider Clock { get; } = new();

    public override IStorage Storage => _storage;

    public Writer Writer => _storage.Writer;

    public override async Task ReopenAsync()
    {
        await _storage.DisposeAsync();
        _storage = SqliteStorage.Open(Folder.Path, null, Clock);
    }

    public override async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        Folder.Dispose();
    }
}
