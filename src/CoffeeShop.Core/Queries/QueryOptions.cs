using System.Collections.Immutable;
using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>What a user may change of the queries. Pinned for a session when it begins.</summary>
public sealed record QueryOptions
{
    private const int YearMax = 9999;

    private bool[] _inYears = YearTable([2024, 2025]);

    /// <summary>The options when none are given.</summary>
    public static QueryOptions Default { get; } = new();

    /// <summary>The years whose rows count, 1 … 9999.</summary>
    public ImmutableArray<int> Years
    {
        get => [.. Enumerable.Range(1, YearMax).Where(year => _inYears[year])];
        init => _inYears = YearTable(value);
    }

    /// <summary>The first second of the day whose transactions count, as <see cref="LocalDateTime.PackedTimeOfDay"/>.</summary>
    public int HoursFrom { get; init; } = LocalDateTime.TimeOfDay(6, 0, 0);

    /// <summary>The last second of the day whose transactions count.</summary>
    public int HoursTo { get; init; } = LocalDateTime.TimeOfDay(23, 0, 0);

    /// <summary>The least amount of a high-value transaction.</summary>
    public Money MinAmount { get; init; } = new(75 * Money.UnitsPerOne);

    /// <summary>How many customers of each store are in the answer.</summary>
    public int Top
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one customer.");
    } = 3;

    /// <summary>Whether a time is in one of the years.</summary>
    public bool InYears(LocalDateTime time) => _inYears[time.Year];

    /// <summary>Whether a time of day is within the hours, both ends in.</summary>
    public bool InHours(LocalDateTime time) => time.PackedTimeOfDay >= HoursFrom && time.PackedTimeOfDay <= HoursTo;

    private static bool[] YearTable(ImmutableArray<int> years)
    {
        // The packing of a time has 14 bits for the year, so every time finds its place.
        var table = new bool[1 << 14];
        foreach (var year in years)
        {
            if (year is < 1 or > YearMax) throw new ArgumentOutOfRangeException(nameof(years), year, $"Years are from 1 to {YearMax}.");
            table[year] = true;
        }

        return table;
    }
}
