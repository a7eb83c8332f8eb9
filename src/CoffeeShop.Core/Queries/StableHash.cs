using System.Runtime.CompilerServices;

namespace CoffeeShop.Queries;

/// <summary>
/// A hash that is the same in every process and on every machine: partitions depend on it. Changing it changes the
/// partition version.
/// </summary>
public static class StableHash
{
    /// <summary>Spreads a key over 64 bits.</summary>
    /// <param name="key">The key.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(long key)
    {
        // A multiplication spreads every bit upwards, the shift brings the upper half down again: much cheaper than a
        // finalizer of several rounds, and even for ids in a row, in steps or at random.
        var product = (ulong)key * 0x9E3779B97F4A7C15UL;
        return product ^ (product >> 32);
    }

    /// <summary>The shard that owns a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="shards">The number of shards.</param>
    public static int Shard(long key, int shards) => (int)((uint)Of(key) % (uint)shards);
}
