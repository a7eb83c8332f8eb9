using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Queries;

/// <summary>Which rows count: the years for every query, the hours for q1 and q3 alone, both ends in.</summary>
public sealed class WindowTests
{
    [Theory]
    [InlineData("05:59:59", false)]
    [InlineData("06:00:00", true)]
    [InlineData("06:00:01", true)]
    [InlineData("22:59:59", true)]
    [InlineData("23:00:00", true)]
    [InlineData("23:00:01", false)]
    [InlineData("00:00:00", false)]
    [InlineData("23:59:59", false)]
    public void Q1_and_q3_take_six_to_twenty_three_both_ends_in_and_q2_and_q4_take_every_hour(string time, bool counts)
    {
        var transaction = Ask.Transaction($"2024-03-01 {time}");
        Assert.Equal(counts ? 1 : 0, Ask.About("q1", transaction).Length);
        Assert.Equal(counts ? 1 : 0, Ask.About("q3", transaction).Length);
        Assert.Single(Ask.About("q2_best_selling", Ask.Line($"2024-03-01 {time}")));
        Assert.Single(Ask.About("q2_most_profit", Ask.Line($"2024-03-01 {time}")));
        Assert.Single(Ask.About("q4", transaction));
    }

    [Theory]
    [InlineData("2023-12-31 23:59:59", false)]
    [InlineData("2024-01-01 00:00:00", true)]
    [InlineData("2024-12-31 23:59:59", true)]
    [InlineData("2025-01-01 00:00:00", true)]
    [InlineData("2025-12-31 23:59:59", true)]
    [InlineData("2026-01-01 00:00:00", false)]
    [InlineData("0001-01-01 00:00:00", false)]
    [InlineData("9999-12-31 23:59:59", false)]
    public void Every_query_takes_2024_and_2025_to_the_second(string time, bool counts)
    {
        var allDay = QueryOptions.Default with { HoursFrom = LocalDateTime.TimeOfDay(0, 0, 0), HoursTo = LocalDateTime.TimeOfDay(23, 59, 59) };
        foreach (var kind in (string[])["q1", "q3", "q4", "q2_best_selling", "q2_most_profit"])
            Assert.Equal(counts ? 1 : 0, Ask.About(kind, allDay, Ask.Transaction(time), Ask.Line(time)).Length);
    }

    [Theory]
    [InlineData("q1")]
    [InlineData("q2_best_selling")]
    [InlineData("q2_most_profit")]
    [InlineData("q3")]
    [InlineData("q4")]
    public void Other_years_and_hours_count_when_they_are_asked_for(string kind)
    {
        var options = new QueryOptions { Years = [2023], HoursFrom = LocalDateTime.TimeOfDay(23, 59, 59), HoursTo = LocalDateTime.TimeOfDay(23, 59, 59) };
        Assert.Single(Ask.About(kind, options, Ask.Transaction("2023-12-31 23:59:59"), Ask.Line("2023-12-31 23:59:59")));
        Assert.Empty(Ask.About(kind, options, Ask.Transaction("2024-01-01 23:59:59"), Ask.Line("2024-01-01 23:59:59")));
    }

    [Fact]
    public void Years_are_from_1_to_9999_and_come_back_sorted()
    {
        Assert.Equal([1, 2025, 9999], new QueryOptions { Years = [9999, 1, 2025, 1] }.Years);
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueryOptions { Years = [0] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueryOptions { Years = [10_000] });
    }
}
