using System.Runtime.CompilerServices;

namespace CoffeeShop.Tables;

/// <summary>Eight decimal characters in one register, the first in the lowest byte.</summary>
internal static class Digits
{
    /// <summary>
    /// Whether every byte is a digit's value 0–9, and 0 where a separator was expected. The characters have been combined
    /// with their pattern by exclusive or, so a right separator is 0 and a digit its value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllWithin(ulong values, ulong separators)
    {
        // A digit above 9 carries into its byte's top bit when 0x76 is added, a separator above 0 when 0x7F is.
        var limits = 0x7676767676767676UL + (separators & 0x0909090909090909UL);
        return ((values | (values + limits)) & 0x8080808080808080UL) == 0;
    }

    /// <summary>Every byte becomes the two-digit number that it begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pairs(ulong values) => (values * 10) + (values >> 8);

    /// <summary>Writes a number below 100 as two digits.</summary>
    public static void WritePair(Span<byte> destination, int value)
    {
        destination[0] = (byte)('0' + (value / 10));
        destination[1] = (byte)('0' + (value % 10));
    }
}
