using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace CoffeeShop.Tables;

/// <summary>
/// Up to eight decimal characters in one register, the last in the highest byte and zeros before the first: no loop, and no
/// branch to guess wrong.
/// </summary>
internal static class Digits
{
    /// <summary>No longer text fits.</summary>
    public const int CharsMax = 8;

    private const ulong Zeros = 0x3030303030303030UL;
    private const ulong Points = 0x2E2E2E2E2E2E2E2EUL;
    private const ulong EachByte = 0x0101010101010101UL;
    private const ulong EachTopBit = 0x8080808080808080UL;

    /// <summary>
    /// Whether every byte is a digit's value 0–9, and 0 where a separator was expected. The characters have been combined
    /// with their pattern by exclusive or, so a right separator is 0 and a digit its value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllWithin(ulong values, ulong separators)
    {
        // A digit above 9 carries into its byte's top bit when 0x76 is added, a separator above 0 when 0x7F is.
        var limits = 0x7676767676767676UL + (separators & 0x0909090909090909UL);
        return ((values | (values + limits)) & EachTopBit) == 0;
    }

    /// <summary>Every byte becomes the two-digit number that it begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pairs(ulong values) => (values * 10) + (values >> 8);

    /// <summary>Reads digits.</summary>
    /// <param name="characters">The text.</param>
    /// <param name="length">How many characters it has, 1 to <see cref="CharsMax"/>.</param>
    /// <param name="number">The number that they make.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ulong characters, int length, out uint number)
    {
        var values = characters ^ (Zeros << (8 * (CharsMax - length)));
        number = Number(values);
        return AllWithin(values, separators: 0);
    }

    /// <summary>Reads <c>digits[.digits]</c>.</summary>
    /// <param name="characters">The text.</param>
    /// <param name="length">How many characters it has, 1 to <see cref="CharsMax"/>.</param>
    /// <param name="number">The number that all digits make.</param>
    /// <param name="decimals">How many of them stand behind the point.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseDecimal(ulong characters, int length, out uint number, out int decimals)
    {
        decimals = 0;
        var point = characters ^ Points;
        point = (point - EachByte) & ~point & EachTopBit;
        if (point == 0) return TryParse(characters, length, out number);

        // The lowest mark is exact; another point would be found to be no digit. What is before it moves up by one.
        var at = BitOperations.TrailingZeroCount(point) & ~7;
        var before = characters & ((1UL << at) - 1);
        var after = at == 56 ? 0 : characters >> (at + 8) << (at + 8);
        decimals = 7 - (at >> 3);
        number = 0;
        return decimals > 0 && decimals < length - 1 && TryParse((before << 8) | after, length - 1, out number);
    }

    /// <summary>The number that eight digits' values make.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Number(ulong values)
    {
        var pairs = Pairs(values);
        return (uint)((((pairs & 0x000000FF000000FFUL) * 0x000F424000000064UL)
            + (((pairs >> 16) & 0x000000FF000000FFUL) * 0x0000271000000001UL)) >> 32);
    }

    /// <summary>Writes a number below 100 as two digits.</summary>
    public static void WritePair(Span<byte> destination, int value)
    {
        destination[0] = (byte)('0' + (value / 10));
        destination[1] = (byte)('0' + (value % 10));
    }

    /// <summary>Takes a text of 1 to <see cref="CharsMax"/> characters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(ReadOnlySpan<byte> text)
    {
        var length = text.Length;
        if (length >= 4)
        {
            // Two halves that overlap where the text is shorter than eight.
            ulong first = BinaryPrimitives.ReadUInt32LittleEndian(text);
            ulong last = BinaryPrimitives.ReadUInt32LittleEndian(text[(length - 4)..]);
            return (first << (8 * (8 - length))) | (last << 32);
        }

        ulong value = text[0] | ((uint)text[length >> 1] << (8 * (length >> 1))) | ((uint)text[length - 1] << (8 * (length - 1)));
        return value << (8 * (8 - length));
    }
}
