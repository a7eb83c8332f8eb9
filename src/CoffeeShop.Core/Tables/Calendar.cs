using System.Runtime.CompilerServices;

namespace CoffeeShop.Tables;

/// <summary>Tells real days and times from other bits, where they have not been parsed from text.</summary>
internal static class Calendar
{
    private const int YearMax = 9999;

    /// <summary>Whether all are days of the calendar.</summary>
    [MethodImpl(Hot.Path)]
    public static bool AreReal(ReadOnlySpan<LocalDate> days)
    {
        foreach (var day in days)
            if (!IsReal(day.Packed)) return false;
        return true;
    }

    /// <summary>Whether all are seconds of days of the calendar.</summary>
    [MethodImpl(Hot.Path)]
    public static bool AreReal(ReadOnlySpan<LocalDateTime> times)
    {
        // Nearly every row is of the same day as the one before it.
        var lastDay = long.MinValue;
        var beyond = 0L;
        foreach (var time in times)
        {
            var day = time.Packed >> 17;
            if (day != lastDay)
            {
                if (day is < 0 or > int.MaxValue || !IsReal((int)day)) return false;
                lastDay = day;
            }

            // What is too high carries into the bit above its part.
            beyond |= ((time.Packed & 0x3F) + 4) | (((time.Packed >> 6) & 0x3F) + 4) | ((((time.Packed >> 12) & 0x1F) + 8) << 1);
        }

        return (beyond & 0x40) == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsReal(int packed)
    {
        var (year, month, day) = (packed >> 9, (packed >> 5) & 0xF, packed & 0x1F);
        return year is >= 1 and <= YearMax && month is >= 1 and <= 12 && day >= 1 && (day <= 28 || day <= DateTime.DaysInMonth(year, month));
    }
}
