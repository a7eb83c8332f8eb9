using CoffeeShop.Queries;

namespace CoffeeShop.Tests.Queries;

public sealed class StableHashTests
{
    // States of a running cluster are split by these: to change them is to change the partition version.
    [Theory]
    [InlineData(0L, 0x0000000000000000UL)]
    [InlineData(1L, 0x9E3779B9E17D05ACUL)]
    [InlineData(2L, 0x3C6EF372C2FA0B58UL)]
    [InlineData(46047L, 0x9C6FBC966ACB79DDUL)]
    [InlineData(0x1_0000_0001L, 0x1D81F5CE62CB89DBUL)]
    [InlineData(long.MaxValue, 0xE1C88646617D05ADUL)]
    public void The_hash_of_a_key_never_changes(long key, ulong hash) => Assert.Equal(hash, StableHash.Of(key));

    [Fact]
    public void The_shard_of_a_key_never_changes() => Assert.Equal(
        "0 4 0 3 1 6 6 1 3 0 4 7 5 2 2 5 7 4 0 3 1 6 6 1", string.Join(' ', Enumerable.Range(0, 24).Select(key => StableHash.Shard(key, 8))));

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
