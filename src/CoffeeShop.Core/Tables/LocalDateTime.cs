using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CoffeeShop.Tables;

/// <summary>A second of a calendar day on the store's clock, without a time zone. Packed, so that its parts are shifts away:
/// <code>│ year 14 bits │ month 4 │ day 5 │ hour 5 │ minute 6 │ second 6 │</code></summary>
/// <param name="Packed">The parts, packed; ordered as the times are.</param>
public readonly record struct LocalDateTime(long Packed)
{
    /// <summary>A time of the proleptic Gregorian calendar. The parts are not checked.</summary>
    public LocalDateTime(int year, int month, int day, int hour, int minute, int second)
        : this(((long)new LocalDate(year, month, day).Packed << 17) | (uint)TimeOfDay(hour, minute, second))
    {
    }

    /// <summary>The length of the text of a time.</summary>
    public const int FormattedBytes = 19;

    /// <summary>The year, 1 … 9999.</summary>
    public int Year => (int)(Packed >> 26);

    /// <summary>The month, 1 … 12.</summary>
    public int Month => (int)(Packed >> 22) & 0xF;

    /// <summary>The day.</summary>
    public LocalDate Date => new((int)(Packed >> 17));

    /// <summary>The time of the day in the packing of <see cref="TimeOfDay(int,int,int)"/>: ordered as the times are.</summary>
    public int PackedTimeOfDay => (int)Packed & 0x1FFFF;

    /// <summary>Packs a time of the day.</summary>
    public static int TimeOfDay(int hour, int minute, int second) => (hour << 12) | (minute << 6) | second;

    /// <summary>Reads <c>yyyy-MM-dd HH:mm:ss</c>.</summary>
    /// <param name="text">The whole field.</param>
    /// <param name="value">The time.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out LocalDateTime value)
    {
        value = default;
        return text.Length == FormattedBytes && LocalDate.TryParse(text[..LocalDate.FormattedBytes], out var date) && TryParse(text, date, out value);
    }

    /// <summary>Reads the rest of a time whose day has been read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryParse(ReadOnlySpan<byte> text, LocalDate date, out LocalDateTime value)
    {
        value = default;
        if (text[LocalDate.FormattedBytes] != ' ' || !TryParseTimeOfDay(text[(LocalDate.FormattedBytes + 1)..], out var time)) return false;
        value = new LocalDateTime(((long)date.Packed << 17) | (uint)time);
        return true;
    }

    /// <summary>Reads <c>HH:mm:ss</c>.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="packed">The time in the packing of <see cref="TimeOfDay(int,int,int)"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseTimeOfDay(ReadOnlySpan<byte> text, out int packed)
    {
        packed = 0;
        if (text.Length != 8) return false;
        // Eight characters at once: "HH:mm:ss", the first in the lowest byte.
        var digits = BinaryPrimitives.ReadUInt64LittleEndian(text) ^ 0x30303A30303A3030UL;
        if (!Digits.AllWithin(digits, separators: 0x0000FF0000FF0000UL)) return false;
        var pairs = Digits.Pairs(digits);
        var (hour, minute, second) = ((int)pairs & 0xFF, (int)(pairs >> 24) & 0xFF, (int)(pairs >> 48) & 0xFF);
        packed = TimeOfDay(hour, minute, second);
        return hour < 24 && minute < 60 && second < 60;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Date} {(Packed >> 12) & 0x1F:00}:{(Packed >> 6) & 0x3F:00}:{Packed & 0x3F:00}";
}

/// <summary>A calendar day without a time zone, packed: <code>│ year 14 bits │ month 4 │ day 5 │</code></summary>
/// <param name="Packed">The parts, packed; ordered as the days are.</param>
public readonly record struct LocalDate(int Packed)
{
    /// <summary>A day of the proleptic Gregorian calendar. The parts are not checked.</summary>
    public LocalDate(int year, int month, int day) : this((year << 9) | (month << 5) | day)
    {
    }

    /// <summary>The length of the text of a day.</summary>
    public const int FormattedBytes = 10;

    /// <summary>Reads <c>yyyy-MM-dd</c>.</summary>
    /// <param name="text">The whole field.</param>
    /// <param name="value">The day.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> text, out LocalDate value)
    {
        value = default;
        if (text.Length != FormattedBytes) return false;
        // Eight characters at once: "yyyy-MM-", the first in the lowest byte.
        var digits = BinaryPrimitives.ReadUInt64LittleEndian(text) ^ 0x2D30302D30303030UL;
        if (!Digits.AllWithin(digits, separators: 0xFF0000FF00000000UL)) return false;
        var (tens, ones) = ((uint)text[8] - '0', (uint)text[9] - '0');
        if (tens > 9 || ones > 9) return false;

        var pairs = Digits.Pairs(digits);
        var year = (((int)pairs & 0xFF) * 100) + ((int)(pairs >> 16) & 0xFF);
        var month = (int)(pairs >> 40) & 0xFF;
        var day = (int)((tens * 10) + ones);
        if (year == 0 || month is 0 or > 12 || day == 0) return false;
        if (day > 28 && day > DateTime.DaysInMonth(year, month)) return false;
        value = new LocalDate(year, month, day);
        return true;
    }

    /// <summary>Writes <c>yyyy-MM-dd</c>.</summary>
    /// <param name="destination">At least <see cref="FormattedBytes"/> bytes.</param>
    public void Format(Span<byte> destination)
    {
        var (year, month, day) = (Packed >> 9, (Packed >> 5) & 0xF, Packed & 0x1F);
        destination[4] = destination[7] = (byte)'-';
        Digits.WritePair(destination, year / 100);
        Digits.WritePair(destination[2..], year % 100);
        Digits.WritePair(destination[5..], month);
        Digits.WritePair(destination[8..], day);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[FormattedBytes];
        Format(text);
        return System.Text.Encoding.ASCII.GetString(text);
    }
}
