using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Queries;

public sealed class HighValueTransactionsTests
{
    private const string Time = "2024-03-01 12:00:00";

    [Theory]
    [InlineData("74.9999", false)]
    [InlineData("74.99994999", false)]
    [InlineData("74.99995", true)]
    [InlineData("75", true)]
    [InlineData("75.0001", true)]
    [InlineData("-75", false)]
    [InlineData("922337203685477.5807", true)]
    public void The_minimum_amount_itself_is_enough(string amount, bool counts) =>
        Assert.Equal(counts ? 1 : 0, Ask.About("q1", Ask.Transaction(Time, amount)).Length);

    [Fact]
    public void Another_minimum_can_be_asked_for()
    {
        var options = new QueryOptions { MinAmount = new Money(-10_000) };
        Assert.Equal(["t|-1"], Ask.About("q1", options, Ask.Transaction(Time, "-1"), Ask.Transaction(Time, "-1.0001")));
    }

    [Fact]
    public void Rows_stay_in_input_order_and_repeated_ones_all_count() => Assert.Equal(
        ["b|90", "a|75", "c|80.125", "a|75"],
        Ask.About("q1", Batches.Of(Transactions.Table, $"b|1||90.00|{Time}", $"a|1||75|{Time}", $"x|1||74|{Time}", $"c|1||80.1250|{Time}", $"a|1||75|{Time}")));

    [Fact]
    public void Guests_and_unknown_stores_count_too() =>
        Assert.Single(Ask.About("q1", Batches.Of(Transactions.Table, $"t|2147483647||75|{Time}")));
}
