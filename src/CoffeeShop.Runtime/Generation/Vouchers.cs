using System.Collections.Immutable;
using System.Globalization;

namespace CoffeeShop.Generation;

/// <summary>A discount of some days.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Code">What the customer says.</param>
/// <param name="Percent">The percentage off, or 0 for a fixed amount.</param>
/// <param name="Fixed">The fixed amount off, in thousandths.</param>
/// <param name="From">The first day.</param>
/// <param name="Days">How many days.</param>
/// <param name="UsedPercent">Of those days' transactions, how many percent use it.</param>
internal sealed record Voucher(int Id, string Code, int Percent, int Fixed, DateOnly From, int Days, int UsedPercent)
{
    private DateOnly To => From.AddDays(Days - 1);

    /// <summary>Whether it is valid on a day.</summary>
    public bool IsValidOn(DateOnly day) => day >= From && day <= To;

    /// <summary>What it takes off an amount. Amounts are multiples of a half, so the result is exact in thousandths.</summary>
    /// <param name="thousandths">The amount.</param>
    public int DiscountOf(int thousandths) => Percent > 0 ? thousandths / 100 * Percent : Math.Min(Fixed, thousandths);

    /// <summary>The row of the vouchers file.</summary>
    public string Row
    {
        get
        {
            var (type, value) = Percent > 0 ? ("percentage", $"{Percent}.0") : ("fixed", $"{Fixed / 1000}.0");
            return string.Create(CultureInfo.InvariantCulture, $"{Id},{Code},{type},{value},{From:yyyy-MM-dd},{To:yyyy-MM-dd}\n");
        }
    }
}

/// <summary>
/// The chain's calendar of discounts. Codes and days are invented; how much they take off a half-year's turnover is as
/// published: little before July, more after, and odd percentages that leave three decimals.
/// </summary>
internal static class Vouchers
{
    private const int EarlyUsedPercent = 60;
    private const int LateUsedPercent = 75;

    /// <summary>All vouchers from the opening to a month, ids ascending with time.</summary>
    /// <param name="last">The month.</param>
    public static ImmutableArray<Voucher> Until(Month last) =>
        [.. Enumerable.Range(UserGrowth.Opening.Year, last.Year - UserGrowth.Opening.Year + 1)
            .SelectMany(OfYear)
            .OrderBy(voucher => voucher.From)
            .Where(voucher => IndexOf(voucher) >= UserGrowth.Opening.Index && IndexOf(voucher) <= last.Index)
            .Select((voucher, index) => voucher with { Id = index + 1 })];

    private static IEnumerable<Voucher> OfYear(int year)
    {
        yield return new(0, "HALFCUP", 50, 0, new DateOnly(year, 5, 14), 1, EarlyUsedPercent);
        yield return new(0, "MIDYEAR6", 6, 0, new DateOnly(year, 6, 18), 3, EarlyUsedPercent);
        yield return new(0, "HARBOURDAY", 0, 5000, new DateOnly(year, 8, 22), 3, LateUsedPercent);
        for (var month = 7; month <= 11; month++)
            yield return new(0, $"TREAT{month}", month, 0, new DateOnly(year, month, 15), 3, LateUsedPercent);
    }

    private static int IndexOf(Voucher voucher) => new Month(voucher.From.Year, voucher.From.Month).Index;
}
