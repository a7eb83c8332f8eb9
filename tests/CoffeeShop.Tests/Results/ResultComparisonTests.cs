using CoffeeShop.Results;

namespace CoffeeShop.Tests.Results;

public sealed class ResultComparisonTests
{
    [Fact]
    public void Equal_files_have_no_differences()
    {
        Assert.Empty(Compare([], []));
        Assert.Empty(Compare([Rows.Transaction("a"), Rows.Turnover("S", "1")], [Rows.Transaction("a"), Rows.Turnover("S", "1")]));
    }

    [Fact]
    public void A_row_that_is_not_there_is_missing() =>
        Assert.Equal([("q1", DifferenceKind.Missing, Rows.Transaction("b"), null)], Compare([Rows.Transaction("a"), Rows.Transaction("b")], [Rows.Transaction("a")]));

    [Fact]
    public void A_row_that_should_not_be_there_is_extra() =>
        Assert.Equal([("q1", DifferenceKind.Extra, null, Rows.Transaction("b"))], Compare([Rows.Transaction("a")], [Rows.Transaction("a"), Rows.Transaction("b")]));

    [Fact]
    public void A_row_that_comes_twice_instead_of_once_is_extra_and_once_instead_of_twice_is_missing()
    {
        Assert.Equal([("q1", DifferenceKind.Extra, null, Rows.Transaction("a"))], Compare([Rows.Transaction("a")], [Rows.Transaction("a"), Rows.Transaction("a")]));
        Assert.Equal([("q1", DifferenceKind.Missing, Rows.Transaction("a"), null)], Compare([Rows.Transaction("a"), Rows.Transaction("a")], [Rows.Transaction("a")]));
    }

    [Fact]
    public void A_row_with_the_same_key_and_another_value_is_different() => Assert.Equal(
        [("q3", DifferenceKind.Different, Rows.Turnover("S", "1"), Rows.Turnover("S", "2"))],
        Compare([Rows.Turnover("R", "5"), Rows.Turnover("S", "1")], [Rows.Turnover("R", "5"), Rows.Turnover("S", "2")]));

    [Fact]
    public void Every_difference_is_told_by_query_in_the_order_of_the_file() => Assert.Equal(
        [
            ("q1", DifferenceKind.Missing, Rows.Transaction("b"), null),
            ("q3", DifferenceKind.Different, Rows.Turnover("S", "1"), Rows.Turnover("S", "2")),
            ("q4", DifferenceKind.Different, Rows.Customer("S", "null", 2), Rows.Customer("S", "null", 3)),
            ("q4", DifferenceKind.Extra, null, Rows.Customer("T", "\"2000-01-01\"", 1)),
        ],
        Compare(
            [Rows.Transaction("a"), Rows.Transaction("b"), Rows.Turnover("S", "1"), Rows.Customer("S", "null", 2)],
            [Rows.Transaction("a"), Rows.Turnover("S", "2"), Rows.Customer("S", "null", 3), Rows.Customer("T", "\"2000-01-01\"", 1)]));

    [Fact]
    public void The_same_rows_in_another_order_name_the_first_out_of_its_place() => Assert.Equal(
        [("q1", DifferenceKind.Order, Rows.Transaction("b"), Rows.Transaction("c"))],
        Compare([Rows.Transaction("a"), Rows.Transaction("b"), Rows.Transaction("c")], [Rows.Transaction("a"), Rows.Transaction("c"), Rows.Transaction("b")]));

    [Fact]
    public void The_same_queries_in_another_order_name_the_first_row_out_of_its_place() => Assert.Equal(
        [("all", DifferenceKind.Order, Rows.Transaction("b"), Rows.Turnover("S", "1"))],
        Compare(
            [Rows.Transaction("a"), Rows.Transaction("b"), Rows.Turnover("S", "1"), Rows.Turnover("T", "1")],
            [Rows.Transaction("a"), Rows.Turnover("S", "1"), Rows.Turnover("T", "1"), Rows.Transaction("b")]));

    [Fact]
    public void Numbers_are_compared_as_they_are_written() =>
        Assert.Equal(DifferenceKind.Different, Assert.Single(Compare([Rows.Transaction("a", "78")], [Rows.Transaction("a", "78.0")])).Kind);

    private static IEnumerable<(string Query, DifferenceKind Kind, string? Expected, string? Actual)> Compare(string[] expected, string[] actual) =>
        ResultComparison.Compare(Rows.Read(string.Join('\n', expected)), Rows.Read(string.Join('\n', actual)))
            .Select(difference => (difference.Query, difference.Kind, difference.Expected, difference.Actual));
}
