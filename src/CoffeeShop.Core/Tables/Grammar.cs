using System.Runtime.CompilerServices;

namespace CoffeeShop.Tables;

/// <summary>How the bytes of a field become a value. What does not fit is refused, never guessed.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
internal interface IGrammar<T> where T : unmanaged
{
    /// <summary>What a field must look like, for messages.</summary>
    static abstract string Expected { get; }

    /// <summary>Reads the whole field.</summary>
    static abstract bool TryParse(ReadOnlySpan<byte> field, out T value);

    /// <summary>Whether fields can have these values, none of which is below the lowest or above the highest.</summary>
    static abstract bool Allows(long lowest, long highest, ReadOnlySpan<T> values);

    /// <summary>Reads most fields that are short, and none otherwise than the other one would.</summary>
    /// <param name="characters">The field, as <see cref="Digits"/> has it.</param>
    /// <param name="length">How many characters it has, 1 to <see cref="Digits.CharsMax"/>.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the field is not known to be right: the other one decides.</returns>
    static abstract bool TryParseShort(ulong characters, int length, out T value);
}

/// <summary>A whole number in 64 bits. A trailing <c>.0</c> is allowed: exports of nullable columns write one.</summary>
internal readonly struct WholeGrammar : IGrammar<long>
{
    public static string Expected => "a whole number (a trailing .0 is allowed)";

    public static bool TryParse(ReadOnlySpan<byte> field, out long value)
    {
        if (field.Length > PointZero.Length && field.EndsWith(PointZero)) field = field[..^PointZero.Length];
        if (field.Length is > 0 and <= Digits.CharsMax && Digits.TryParse(Digits.Load(field), field.Length, out var number))
        {
            value = number;
            return true;
        }

        return TryParseSlow(field, out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseShort(ulong characters, int length, out long value)
    {
        // Most are one digit: quantities, ids of items and stores.
        if (length == 1)
        {
            value = (long)(characters >> 56) - '0';
            return (ulong)value <= 9;
        }

        // ".0"
        if (length > 2 && characters >> 48 == 0x302E) (characters, length) = (characters << 16, length - 2);
        var fits = Digits.TryParse(characters, length, out var number);
        value = number;
        return fits;
    }

    private static ReadOnlySpan<byte> PointZero => ".0"u8;

    private static bool TryParseSlow(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        var negative = field.Length > 0 && field[0] == '-';
        if (negative) field = field[1..];
        if (field.IsEmpty) return false;
        foreach (var b in field)
        {
            var digit = (uint)b - '0';
            if (digit > 9) return false;
            // The magnitude grows towards long.MinValue, −…5808, which has no positive counterpart.
            if (value <= long.MinValue / 10 && (value < long.MinValue / 10 || digit > 8)) return false;
            value = (value * 10) - digit;
        }

        if (negative) return true;
        if (value == long.MinValue) return false;
        value = -value;
        return true;
    }

    public static bool Allows(long lowest, long highest, ReadOnlySpan<long> values) => true;
}

/// <summary>A number that names a row of another table: 0 … 2³¹−1.</summary>
internal readonly struct IdGrammar : IGrammar<int>
{
    public static string Expected => "a whole number from 0 to 2147483647 (a trailing .0 is allowed)";

    public static bool TryParse(ReadOnlySpan<byte> field, out int value)
    {
        var fits = WholeGrammar.TryParse(field, out var whole) && whole is >= 0 and <= int.MaxValue;
        value = fits ? (int)whole : 0;
        return fits;
    }

    public static bool Allows(long lowest, long highest, ReadOnlySpan<int> values) => lowest >= 0 && highest <= int.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseShort(ulong characters, int length, out int value)
    {
        var fits = WholeGrammar.TryParseShort(characters, length, out var whole);
        value = (int)whole;
        return fits;
    }
}

/// <summary>An id that may be left empty, which reads as <see cref="Column.NoId"/>.</summary>
internal readonly struct OptionalIdGrammar : IGrammar<int>
{
    public static string Expected => $"{IdGrammar.Expected}, or nothing";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> field, out int value)
    {
        if (!field.IsEmpty) return IdGrammar.TryParse(field, out value);
        value = Column.NoId;
        return true;
    }

    public static bool Allows(long lowest, long highest, ReadOnlySpan<int> values) => lowest >= Column.NoId && highest <= int.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseShort(ulong characters, int length, out int value) => IdGrammar.TryParseShort(characters, length, out value);
}

/// <summary>An amount of money.</summary>
internal readonly struct MoneyGrammar : IGrammar<Money>
{
    public static string Expected => "a decimal number as -?digits[.digits] within ±922337203685477.5807";

    public static bool TryParse(ReadOnlySpan<byte> field, out Money value) => Money.TryParse(field, out value);

    public static bool Allows(long lowest, long highest, ReadOnlySpan<Money> values) => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseShort(ulong characters, int length, out Money value) => Money.TryParseShort(characters, length, out value);
}

/// <summary>A calendar day.</summary>
internal readonly struct DateGrammar : IGrammar<LocalDate>
{
    public static string Expected => "a date as yyyy-MM-dd";

    public static bool TryParse(ReadOnlySpan<byte> field, out LocalDate value) => LocalDate.TryParse(field, out value);

    public static bool Allows(long lowest, long highest, ReadOnlySpan<LocalDate> values) =>
        lowest >= 0 && highest <= int.MaxValue && Calendar.AreReal(values);

    /// <summary>No day is short.</summary>
    public static bool TryParseShort(ulong characters, int length, out LocalDate value)
    {
        value = default;
        return false;
    }
}
