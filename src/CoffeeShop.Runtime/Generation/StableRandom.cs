using System.Numerics;

namespace CoffeeShop.Generation;

/// <summary>
/// Random numbers by xoshiro256**, seeded by SplitMix64. Both are published algorithms on whole numbers, so a seed gives
/// the same files with every runtime and on every machine; <see cref="Random"/> promises that for no version but its own.
/// </summary>
internal sealed class StableRandom
{
    private ulong _a, _b, _c, _d;

    /// <summary>Begins a stream of its own, so that streams can be drawn from in any order and at the same time.</summary>
    /// <param name="seed">The seed of the dataset.</param>
    /// <param name="stream">Which stream.</param>
    public StableRandom(long seed, long stream)
    {
        var state = unchecked((ulong)seed);
        state = SplitMix(ref state) ^ unchecked((ulong)stream);
        _a = SplitMix(ref state);
        _b = SplitMix(ref state);
        _c = SplitMix(ref state);
        _d = SplitMix(ref state);
    }

    /// <summary>Any 64 bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 to below a limit. The bias is below limit ÷ 2³², which no count of rows shows.</summary>
    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)(uint)limit) >> 32);

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
