using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Queries;

public sealed class TopProductsTests
{
    private const string Time = "2024-03-01 12:00:00";
    private static readonly Batch Menu = Batches.Of(MenuItems.Table, "1|Espresso", "2|Latte", "3|Mocha");

    [Fact]
    public void The_most_sold_and_the_most_profitable_item_are_told_apart()
    {
        var lines = Batches.Of(TransactionItems.Table, $"1|5|10|{Time}", $"2|2|9.5|{Time}", $"2|2|9.5|{Time}", $"3|1|18.9999|{Time}");
        Assert.Equal(["2024-03|Espresso|5"], Ask.About("q2_best_selling", Menu, lines));
        Assert.Equal(["2024-03|Latte|19"], Ask.About("q2_most_profit", Menu, lines));
    }

    [Theory]
    [InlineData("2", "3")]
    [InlineData("3", "2")]
    public void Equal_items_give_the_one_with_the_lower_id_in_both_kinds_whichever_came_first(string first, string second)
    {
        var lines = Batches.Of(TransactionItems.Table, $"{first}|4|12.5|{Time}", $"{second}|4|12.5|{Time}", $"1|3|12.4|{Time}");
        Assert.Equal(["2024-03|Latte|4"], Ask.About("q2_best_selling", Menu, lines));
        Assert.Equal(["2024-03|Latte|12.5"], Ask.About("q2_most_profit", Menu, lines));
    }

    [Fact]
    public void The_lower_id_is_the_lower_number_not_the_lower_text()
    {
        var lines = Batches.Of(TransactionItems.Table, $"10|1|1|{Time}", $"9|1|1|{Time}");
        Assert.Equal(["2024-03|unknown item 9|1"], Ask.About("q2_best_selling", lines));
    }

    [Fact]
    public void Months_are_in_order_and_do_not_mix() => Assert.Equal(
        ["2024-01|Espresso|1", "2024-02|Espresso|1", "2024-12|Latte|3", "2025-01|Mocha|2"],
        Ask.About("q2_best_selling", Menu, Batches.Of(TransactionItems.Table,
            "3|2|1|2025-01-01 00:00:00", "2|3|1|2024-12-31 23:59:59", "1|1|1|2024-01-31 23:59:59", "1|1|1|2024-02-01 00:00:00")));

    [Fact]
    public void Returns_count_against_their_item_and_a_month_of_returns_has_a_best_one()
    {
        var lines = Batches.Of(TransactionItems.Table, $"1|5|50|{Time}", $"1|-4|-40|{Time}", $"2|2|20|{Time}", "1|-3|-30|2024-04-01 00:00:00", "2|-2|-40|2024-04-01 00:00:00");
        Assert.Equal(["2024-03|Latte|2", "2024-04|Latte|-2"], Ask.About("q2_best_selling", Menu, lines));
        Assert.Equal(["2024-03|Latte|20", "2024-04|Espresso|-30"], Ask.About("q2_most_profit", Menu, lines));
    }

    [Fact]
    public void Sums_go_beyond_64_bits()
    {
        var lines = Batches.Of(TransactionItems.Table, [.. Enumerable.Repeat($"1|9223372036854775807|922337203685477.5807|{Time}", 3)]);
        Assert.Equal(["2024-03|Espresso|27670116110564327421"], Ask.About("q2_best_selling", Menu, lines));
        Assert.Equal(["2024-03|Espresso|2767011611056432.7421"], Ask.About("q2_most_profit", Menu, lines));
    }
}
