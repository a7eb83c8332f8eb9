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
    public static bool TryParse(ReadOnlySpan<byte> text, out Money value) =>
        (text.Length is > 0 and <= Digits.CharsMax && TryParseShort(Digits.Load(text), text.Length, out value)) || TryParseSlow(text, out value);

    /// <summary>Reads amounts of at most four decimals without a sign.</summary>
    /// <param name="characters">The text, as <see cref="Digits"/> has it.</param>
    /// <param name="length">How many characters it has, 1 to <see cref="Digits.CharsMax"/>.</param>
    /// <param name="value">The amount.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryParseShort(ulong characters, int length, out Money value)
    {
        // Most have one decimal: "000000.0", the last in the highest byte. When it is one, its point is 0 and makes room for what is before it.
        var values = characters ^ (0x302E303030303030UL & (ulong.MaxValue << (8 * (Digits.CharsMax - length))));
        if (length > 2 && Digits.AllWithin(values, separators: 0x00FF000000000000UL))
        {
            value = new Money(Digits.Number((values << 8) | (values >> 56 << 56)) * (long)(UnitsPerOne / 10));
            return true;
        }

        var fits = Digits.TryParseDecimal(characters, length, out var number, out var decimals) && decimals <= Decimals;
        value = new Money(fits ? number * (long)Weights[decimals] : 0);
        return fits;
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
