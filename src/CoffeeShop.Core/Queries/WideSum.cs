namespace CoffeeShop.Queries;

/// <summary>
/// A 128-bit sum of 64-bit numbers, which cannot overflow. Two halves and not an <see cref="Int128"/>, because code that
/// handles those cannot be compiled ahead of time.
/// </summary>
internal struct WideSum
{
    private ulong _low;
    private long _high;

    /// <summary>The sum.</summary>
    public readonly Int128 Value => new((ulong)_high, _low);

    /// <summary>A sum that is known.</summary>
    public static WideSum Of(Int128 value) => new() { _low = (ulong)value, _high = (long)(value >> 64) };

    public void Add(long number) => Add((ulong)number, number >> 63);

    public void Add(WideSum other) => Add(other._low, other._high);

    private void Add(ulong low, long high)
    {
        var sum = _low + low;
        _high += high + (sum < low ? 1 : 0);
        _low = sum;
    }
}
