using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Queries;

public sealed class StoreTurnoverTests
{
    private static readonly Batch Shops = Batches.Of(Stores.Table, "1|First", "2|Second", "10|Tenth");

    [Theory]
    [InlineData("2024-01-01 06:00:00", "2024-H1")]
    [InlineData("2024-06-30 23:00:00", "2024-H1")]
    [InlineData("2024-07-01 06:00:00", "2024-H2")]
    [InlineData("2024-12-31 23:00:00", "2024-H2")]
    [InlineData("2025-01-01 06:00:00", "2025-H1")]
    [InlineData("2025-06-15 12:00:00", "2025-H1")]
    [InlineData("2025-07-15 12:00:00", "2025-H2")]
    public void January_to_June_is_the_first_half_of_a_year(string time, string half) =>
        Assert.Equal([$"{half}|First|80"], Ask.About("q3", Shops, Ask.Transaction(time)));

    [Fact]
    public void Rows_are_by_half_year_then_by_store_id_as_a_number() => Assert.Equal(
        ["2024-H1|Second|1", "2024-H1|Tenth|1", "2024-H2|First|1", "2024-H2|unknown store 11|1", "2025-H1|First|1"],
        Ask.About("q3", Shops, Batches.Of(Transactions.Table,
            "a|1||1|2025-01-01 12:00:00", "b|11||1|2024-08-01 12:00:00", "c|1||1|2024-08-01 12:00:00", "d|10||1|2024-02-01 12:00:00", "e|2||1|2024-02-01 12:00:00")));

    [Fact]
    public void Totals_are_exact_to_the_ten_thousandth_and_lose_no_cent_over_many_rows() => Assert.Equal(
        ["2024-H1|First|3533.9999"],
        Ask.About("q3", Shops, Batches.Of(Transactions.Table, [.. Enumerable.Repeat("t|1||35.339999999999996|2024-02-01 12:00:00", 100), "t|1||-0.0001|2024-02-01 12:00:00"])));

    [Fact]
    public void Every_amount_counts_small_negative_and_of_guests() => Assert.Equal(
        ["2024-H1|First|69.5"],
        Ask.About("q3", Shops, Ask.Transaction("2024-02-01 12:00:00", "0.5"), Ask.Transaction("2024-02-01 12:00:00", "-11", user: ""), Ask.Transaction("2024-02-01 12:00:00", "80")));

    [Fact]
    public void Sums_go_beyond_64_bits() => Assert.Equal(
        ["2024-H1|First|1844674407370955.1614"],
        Ask.About("q3", Shops, Ask.Transaction("2024-02-01 12:00:00", "922337203685477.5807"), Ask.Transaction("2024-02-01 12:00:00", "922337203685477.5807")));

    [Fact]
    public void A_store_whose_amounts_cancel_out_is_still_there() => Assert.Equal(
        ["2024-H1|First|0"],
        Ask.About("q3", Shops, Ask.Transaction("2024-02-01 12:00:00", "5"), Ask.Transaction("2024-02-01 12:00:00", "-5")));
}
