using System.Runtime.CompilerServices;

namespace CoffeeShop.Queries;

/// <summary>
/// A hash that is the same in every process and on every machine: partitions depend on it. Changing it changes the
/// partition version.
/// </summary>
public static class StableHash
{
    /// <summary>Spreads a key over 64 bits; each bit of the key moves about half of them.</summary>
    /// <param name="key">The key.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(long key)
    {
        // The finalizer of SplitMix64.
        var hash = (ulong)key + 0x9E3779B97F4A7C15UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }

    /// <summary>The shard that owns a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="shards">The number of shards.</param>
    public static int Shard(long key, int shards) => (int)((uint)Of(key) % (uint)shards);
}
