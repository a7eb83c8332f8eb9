using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace CoffeeShop.Tables;

/// <summary>Eight decimal characters in one register, the first in the lowest byte: no loop, and no branch to guess wrong.</summary>
internal static class Digits
{
    /// <summary>No longer text is read by <see cref="TryParse"/>.</summary>
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

    /// <summary>Reads <c>digits[.digits]</c> of at most <see cref="CharsMax"/> characters.</summary>
    /// <param name="text">The text, 1 to <see cref="CharsMax"/> characters.</param>
    /// <param name="number">The number that all digits make.</param>
    /// <param name="decimals">How many of them stand behind the point.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> text, out uint number, out int decimals)
    {
        // The last character goes to the highest byte, so that what is before the first can be filled with zeros.
        var characters = LoadToTheRight(text);
        var point = characters ^ Points;
        point = (point - EachByte) & ~point & EachTopBit;
        var digits = text.Length;
        decimals = 0;
        if (point != 0)
        {
            // The lowest mark is exact; another point would be found to be no digit. What is before it moves up by one.
            var at = BitOperations.TrailingZeroCount(point) & ~7;
            var before = characters & ((1UL << at) - 1);
            var after = at == 56 ? 0 : characters >> (at + 8) << (at + 8);
            characters = (before << 8) | after;
            decimals = 7 - (at >> 3);
            digits--;
        }

        var values = characters ^ Zeros ^ (digits == CharsMax ? 0 : Zeros >> (8 * digits));
        number = 0;
        if (!AllWithin(values, separators: 0) || decimals == digits || (point != 0 && decimals == 0)) return false;
        var pairs = Pairs(values);
        number = (uint)((((pairs & 0x000000FF000000FFUL) * 0x000F424000000064UL)
            + (((pairs >> 16) & 0x000000FF000000FFUL) * 0x0000271000000001UL)) >> 32);
        return true;
    }

    /// <summary>Writes a number below 100 as two digits.</summary>
    public static void WritePair(Span<byte> destination, int value)
    {
        destination[0] = (byte)('0' + (value / 10));
        destination[1] = (byte)('0' + (value % 10));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LoadToTheRight(ReadOnlySpan<byte> text)
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
