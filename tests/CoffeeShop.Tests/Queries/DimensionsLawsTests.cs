using System.Text;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Queries;

public sealed class DimensionsLawsTests
{
    [Fact]
    public void Merging_is_associative_and_commutative_and_nothing_is_its_identity() => Check((a, b, c) =>
    {
        var left = Merged(Merged(States.DimensionsOf(a), States.DimensionsOf(b)), States.DimensionsOf(c));
        var right = Merged(States.DimensionsOf(a), Merged(States.DimensionsOf(b), States.DimensionsOf(c)));
        var turned = Merged(States.DimensionsOf(c), Merged(States.DimensionsOf(b), States.DimensionsOf(a)));
        Assert.Equal(left.Bytes(), right.Bytes());
        Assert.Equal(left.Bytes(), turned.Bytes());
        Assert.Equal(left.Bytes(), Merged(left, new Dimensions()).Bytes());
        Assert.Equal(left.Bytes(), Merged(new Dimensions(), left).Bytes());
    });

    [Fact]
    public void Equal_rows_give_equal_bytes_in_whatever_order_and_parts_they_came() => Check((a, b, c) =>
    {
        var bytes = States.DimensionsOf([.. a, .. b, .. c]).Bytes();
        Assert.Equal(bytes, States.DimensionsOf([.. c, .. b, .. a]).Bytes());
        Assert.Equal(bytes, Merged(States.DimensionsOf(c), States.DimensionsOf([.. b, .. a])).Bytes());
    });

    [Fact]
    public void Merging_leaves_the_other_as_it_is() => Check((a, b, _) =>
    {
        var other = States.DimensionsOf(b);
        var bytes = other.Bytes();
        Merged(States.DimensionsOf(a), other);
        Assert.Equal(bytes, other.Bytes());
    });

    [Fact]
    public void Reading_gives_what_was_written() => Check((a, _, _) =>
    {
        var bytes = States.DimensionsOf(a).Bytes();
        Assert.Equal(bytes, States.ReadDimensions(bytes).Bytes());
    });

    [Fact]
    public void A_repeated_id_keeps_the_smallest_name_by_its_bytes_and_is_counted()
    {
        // U+FB00 comes before U+1F600 in UTF-8, and after it in UTF-16.
        var dimensions = States.DimensionsOf(
            Batches.Of(Stores.Table, "1|b", "1|a", "1|a", "2|😀", "2|\uFB00", "3|alone"),
            Batches.Of(MenuItems.Table, "1|Tea", "1|Te", "2|Mocha"));
        var summary = new ResultSummary();
        dimensions.Summarize(summary);
        Assert.Equal("a", Encoding.UTF8.GetString(dimensions.StoreName(1, summary)));
        Assert.Equal("\uFB00", Encoding.UTF8.GetString(dimensions.StoreName(2, summary)));
        Assert.Equal("alone", Encoding.UTF8.GetString(dimensions.StoreName(3, summary)));
        Assert.Equal("Te", Encoding.UTF8.GetString(dimensions.ItemName(1, summary)));
        Assert.Equal((3UL, 1UL), (summary.RepeatedStores, summary.RepeatedItems));
        Assert.Empty(summary.UnknownStores);
    }

    [Fact]
    public void An_unknown_id_has_a_name_that_says_so_and_is_counted_once()
    {
        var summary = new ResultSummary();
        var dimensions = new Dimensions();
        Assert.Equal("unknown store 11", Encoding.UTF8.GetString(dimensions.StoreName(11, summary)));
        Assert.Equal("unknown store 11", Encoding.UTF8.GetString(dimensions.StoreName(11, summary)));
        Assert.Equal("unknown item 9", Encoding.UTF8.GetString(dimensions.ItemName(9, summary)));
        Assert.Equal([11], summary.UnknownStores);
        Assert.Equal([9], summary.UnknownItems);
    }

    private static Dimensions Merged(Dimensions into, Dimensions more)
    {
        into.Merge(more);
        return into;
    }

    private static void Check(Action<Batch[], Batch[], Batch[]> law) => Seeds.Check(1, 40, (random, _) =>
        law(Batches.RandomOfAllTables(random), Batches.RandomOfAllTables(random), Batches.RandomOfAllTables(random)));
}
