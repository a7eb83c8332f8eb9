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

    /// <summary>Writes the options in canonical form: equal options give equal bytes.</summary>
    /// <param name="writer">Gets the bytes.</param>
    public void Write(StateWriter writer)
    {
        writer.Natural((ulong)Years.Length);
        foreach (var year in Years) writer.Natural((ulong)year);
        writer.Natural((ulong)HoursFrom);
        writer.Natural((ulong)HoursTo);
        writer.Number(MinAmount.Units);
        writer.Natural((ulong)Top);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no options.</exception>
    public static QueryOptions Read(ref StateReader reader)
    {
        var years = ImmutableArray.CreateBuilder<int>();
        for (var count = reader.Natural(max: YearMax); count > 0; count--)
        {
            var year = (int)reader.Natural(max: YearMax);
            if (year <= (years.Count == 0 ? 0 : years[^1])) throw new InvalidDataException("The years of the options are not ascending.");
            years.Add(year);
        }

        var (from, to) = (ReadTimeOfDay(ref reader), ReadTimeOfDay(ref reader));
        var minAmount = reader.Number();
        if (minAmount > long.MaxValue || minAmount < long.MinValue) throw new InvalidDataException("The minimum amount of the options has more than 64 bits.");
        var top = (int)reader.Natural(max: int.MaxValue);
        if (top == 0) throw new InvalidDataException("The options ask for no customer.");
        return new QueryOptions { Years = years.ToImmutable(), HoursFrom = from, HoursTo = to, MinAmount = new Money((long)minAmount), Top = top };
    }

    /// <summary>By value: the options of a session are compared when it is resumed.</summary>
    public bool Equals(QueryOptions? other) => other is not null
        && _inYears.AsSpan().SequenceEqual(other._inYears)
        && (HoursFrom, HoursTo, MinAmount, Top) == (other.HoursFrom, other.HoursTo, other.MinAmount, other.Top);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(HoursFrom, HoursTo, MinAmount, Top);

    private static int ReadTimeOfDay(ref StateReader reader)
    {
        var packed = (int)reader.Natural(max: (ulong)LocalDateTime.TimeOfDay(23, 59, 59));
        return (packed & 0x3F) < 60 && ((packed >> 6) & 0x3F) < 60 ? packed : throw new InvalidDataException("The hours of the options are no times of day.");
    }

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
