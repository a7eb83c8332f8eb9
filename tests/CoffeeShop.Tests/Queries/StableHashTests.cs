using CoffeeShop.Queries;

namespace CoffeeShop.Tests.Queries;

public sealed class StableHashTests
{
    // States of a running cluster are split by these: to change them is to change the partition version.
    [Theory]
    [InlineData(0L, 0xE220A8397B1DCDAFUL)]
    [InlineData(1L, 0x910A2DEC89025CC1UL)]
    [InlineData(2L, 0x975835DE1C9756CEUL)]
    [InlineData(46047L, 0xC8C78FCDDB2B5658UL)]
    [InlineData(0x1_0000_0001L, 0x204391A6FD59956FUL)]
    [InlineData(long.MaxValue, 0x2A67D7552E039EA7UL)]
    public void The_hash_of_a_key_never_changes(long key, ulong hash) => Assert.Equal(hash, StableHash.Of(key));

    [Fact]
    public void The_shard_of_a_key_never_changes() => Assert.Equal(
        "7 1 6 5 2 2 0 7 6 4 2 5 3 7 6 5 7 3 2 4 4 7 2 6", string.Join(' ', Enumerable.Range(0, 24).Select(key => StableHash.Shard(key, 8))));

    [Fact]
    public void Keys_spread_evenly_over_the_shards()
    {
        foreach (var shards in (int[])[1, 2, 3, 8])
        {
            var sizes = Enumerable.Range(0, 10_000).CountBy(key => StableHash.Shard(key, shards)).ToList();
            Assert.Equal(shards, sizes.Count);
            Assert.All(sizes, size => Assert.InRange(size.Value, 9_000 / shards, 11_000 / shards));
        }
    }
}
