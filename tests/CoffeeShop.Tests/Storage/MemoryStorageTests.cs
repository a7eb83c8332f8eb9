using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Storage;

/// <summary>What real databases are compared with keeps the contract too.</summary>
[Trait("suite", "storage")]
public sealed class MemoryStorageTests : StorageContract
{
    protected override Task<StorageUnderTest> NewAsync() => Task.FromResult<StorageUnderTest>(new MemoryUnderTest());

    private sealed class MemoryUnderTest : StorageUnderTest
    {
        public override IStorage Storage { get; } = new MemoryStorage();

        public override Task ReopenAsync() => Task.CompletedTask;

        public override ValueTask DisposeAsync() => Storage.DisposeAsync();
    }
}
