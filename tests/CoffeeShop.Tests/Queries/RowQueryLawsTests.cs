using CoffeeShop.Queries;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Queries;

/// <summary>What every row query promises, whichever it is.</summary>
public sealed class RowQueryLawsTests
{
    public static TheoryData<string> Queries => [.. QueryRegistry.All.OfType<RowQuery>().Select(query => query.Name)];

    [Theory]
    [MemberData(nameof(Queries))]
    public void The_rows_of_two_batches_are_those_of_the_one_then_those_of_the_other(string name) => Seeds.Check(1, 40, (random, seed) =>
    {
        var query = QueryRegistry.All.OfType<RowQuery>().Single(query => query.Name == name);
        foreach (var table in query.Reads.Select(column => column.Table).Distinct())
        {
            // The same seed gives the same rows, once in two batches and once in one.
            var (one, two, both) = (random.Next(10), random.Next(10), new Random(seed));
            var parts = new Random(seed);
            Assert.Equal(
                States.Filtered(query, Batches.Random(parts, table, one), Batches.Random(parts, table, two)),
                States.Filtered(query, Batches.Random(both, table, one + two)));
        }
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void Tables_that_are_not_read_give_no_rows(string name) => Seeds.Check(1, 40, (random, _) =>
    {
        var query = QueryRegistry.All.OfType<RowQuery>().Single(query => query.Name == name);
        Assert.Empty(States.Filtered(query, Batches.RandomOfAllTables(random).Where(batch => !query.ReadsTable(batch.Table))));
    });
}
