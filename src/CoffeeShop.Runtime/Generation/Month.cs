using System.Globalization;

namespace CoffeeShop.Generation;

/// <summary>A calendar month; the big tables have a file for each.</summary>
/// <param name="Year">The year.</param>
/// <param name="Number">The month of the year, 1 … 12.</param>
public readonly record struct Month(int Year, int Number)
{
    /// <summary>Months counted from one fixed month, so that they can be compared and subtracted.</summary>
    public int Index => (Year * 12) + Number - 1;

    /// <summary>How many days it has.</summary>
    public int Days => DateTime.DaysInMonth(Year, Number);

    /// <summary>The month with an <see cref="Index"/>.</summary>
    public static Month At(int index) => new(index / 12, (index % 12) + 1);

    /// <summary>Reads <c>yyyy-MM</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="month">The month.</param>
    public static bool TryParse(string text, out Month month)
    {
        var fits = DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        month = new Month(day.Year, day.Month);
        return fits;
    }

    /// <summary>The months from this one to another, both included.</summary>
    /// <param name="last">The last one.</param>
    public IEnumerable<Month> To(Month last) => Enumerable.Range(Index, Math.Max(0, last.Index - Index + 1)).Select(At);

    /// <summary>As file names have it: <c>yyyyMM</c>.</summary>
    public string Suffix => $"{Year:0000}{Number:00}";

    /// <inheritdoc/>
    public override string ToString() => $"{Year:0000}-{Number:00}";
}
