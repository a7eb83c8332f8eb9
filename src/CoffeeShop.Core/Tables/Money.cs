using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace CoffeeShop.Tables;

/// <summary>
/// An exact amount of money: a 64-bit count of ten-thousandths. The published totals end in half cents, so cents are not
/// enough; binary floating point is never involved. Sums are kept as <see cref="Int128"/> counts of the same unit.
/// </summary>
/// <param name="Units">Ten-thousandths of the currency.</param>
public readonly record struct Money(long Units)
{
    /// <summary>Units in one of the currency.</summary>
    public const int UnitsPerOne = 10_000;

    /// <summary>No formatted sum is longer.</summary>
    public const int FormattedBytesMax = 48;

    private const int Decimals = 4;

    /// <summary>Units of the last digit, by the number of decimals.</summary>
    private static ReadOnlySpan<ushort> Weights => [10_000, 1_000, 100, 10, 1];

    /// <summary>
    /// Reads <c>-?digits[.digits]</c>. Digits beyond the fourth decimal round half to even; an amount beyond 64 bits is refused.
    /// </summary>
    /// <param name="text">The whole field.</param>
    /// <param name="value">The amount.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> text, out Money value)
    {
        if (TryParseShort(text, out value)) return true;
        if (text.Length is 0 or > Digits.CharsMax || !Digits.TryParse(text, out var number, out var decimals) || decimals > Decimals)
            return TryParseSlow(text, out value);
        value = new Money(number * (long)Weights[decimals]);
        return true;
    }

    /// <summary>Reads <c>0.0</c> to <c>999.9</c>, what most amounts are, without a branch on how many digits there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryParseShort(ReadOnlySpan<byte> text, out Money value)
    {
        value = default;
        var length = text.Length;
        if (length is < 3 or > 5 || text[length - 2] != '.') return false;
        var tenths = (uint)text[length - 1] - '0';
        var ones = (uint)text[length - 3] - '0';
        // Where there is no such digit, the first character is read instead, and masked out.
        var tens = ((uint)text[Math.Max(length - 4, 0)] - '0') & (uint)((3 - length) >> 31);
        var hundreds = ((uint)text[Math.Max(length - 5, 0)] - '0') & (uint)((4 - length) >> 31);
        value = new Money((((((hundreds * 10) + tens) * 10) + ones) * UnitsPerOne) + (tenths * (UnitsPerOne / 10)));
        return tenths <= 9 & ones <= 9 & tens <= 9 & hundreds <= 9;
    }

    private static bool TryParseSlow(ReadOnlySpan<byte> text, out Money value)
    {
        value = default;
        var negative = text.Length > 0 && text[0] == '-';
        var start = negative ? 1 : 0;
        var i = start;
        var units = 0UL;
        for (; i < text.Length; i++)
        {
            var digit = (uint)text[i] - '0';
            if (digit > 9) break;
            units = (units * 10) + digit;
            if (units > long.MaxValue / UnitsPerOne) return false;
        }

        if (i == start) return false;
        units *= UnitsPerOne;
        if (i < text.Length && !TryParseFraction(text[i..], ref units)) return false;
        if (units > (ulong)long.MaxValue + (negative ? 1UL : 0UL)) return false;
        value = new Money(negative ? (long)(0 - units) : (long)units);
        return true;
    }

    /// <summary>Adds the fraction <c>.digits</c> to the units, rounded half to even.</summary>
    private static bool TryParseFraction(ReadOnlySpan<byte> text, ref ulong units)
    {
        if (text[0] != '.' || text.Length == 1) return false;
        var weight = (uint)UnitsPerOne;
        for (var i = 1; i < text.Length; i++)
        {
            var digit = (uint)text[i] - '0';
            if (digit > 9) return false;
            weight /= 10;
            if (weight == 0) return TryRound(text[i..], ref units);
            units += digit * weight;
        }

        return true;
    }

    /// <summary>Rounds half to even by the digits that follow the last one kept.</summary>
    private static bool TryRound(ReadOnlySpan<byte> dropped, ref ulong units)
    {
        if (dropped.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return false;
        var aboveHalf = dropped[0] > '5' || (dropped[0] == '5' && dropped[1..].ContainsAnyExcept((byte)'0'));
        if (aboveHalf || (dropped[0] == '5' && units % 2 == 1)) units++;
        return true;
    }

    /// <summary>Reads an amount that a person typed, as an option.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The amount.</param>
    public static bool TryParse(string text, out Money value) => TryParse(System.Text.Encoding.UTF8.GetBytes(text), out value);

    /// <summary>Writes an amount in its shortest exact form: no exponent, no trailing zeros.</summary>
    /// <param name="units">Ten-thousandths of the currency; a sum may be wider than an amount.</param>
    /// <param name="destination">At least <see cref="FormattedBytesMax"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Format(Int128 units, Span<byte> destination)
    {
        var length = 0;
        if (units < 0) destination[length++] = (byte)'-';
        var magnitude = units < 0 ? 0 - (UInt128)units : (UInt128)units;
        var (whole, rest) = (magnitude / UnitsPerOne, (uint)(magnitude % UnitsPerOne));
        int written;
        // Dividing 128 bits is slow, and nearly every sum fits 64.
        if (whole <= ulong.MaxValue) Utf8Formatter.TryFormat((ulong)whole, destination[length..], out written);
        else whole.TryFormat(destination[length..], out written, default, System.Globalization.CultureInfo.InvariantCulture);
        length += written;
        if (rest == 0) return length;

        destination[length++] = (byte)'.';
        var digits = Decimals;
        for (; rest % 10 == 0; rest /= 10) digits--;
        for (var i = digits - 1; i >= 0; i--, rest /= 10) destination[length + i] = (byte)('0' + (rest % 10));
        return length + digits;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[FormattedBytesMax];
        return System.Text.Encoding.ASCII.GetString(text[..Format(Units, text)]);
    }
}
