using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Delivery;

public sealed class TopologyTests
{
    [Theory]
    [InlineData("menu_items", "join.q2")]
    [InlineData("stores", "join.q3 join.q4")]
    [InlineData("users", "shard.0 shard.1")]
    [InlineData("transactions", "shard.0 shard.1 join.q1")]
    [InlineData("transaction_items", "shard.0 shard.1")]
    public void Every_table_goes_where_its_queries_are(string table, string destinations) =>
        Assert.Equal(destinations, string.Join(' ', Topology.DestinationsOf(TableRegistry.All.Single(known => known.Name == table), 2)));

    [Fact]
    public void All_destinations_are_the_shards_and_the_joins() =>
        Assert.Equal("shard.0 shard.1 join.q1 join.q2 join.q3 join.q4", string.Join(' ', Topology.All(2)));

    [Fact]
    public void What_a_query_accumulates_changes_its_aggregate_and_what_it_joins_the_dimensions() => Seeds.Check(1, 20, (random, _) =>
    {
        foreach (var batch in Batches.RandomOfAllTables(random))
        {
            foreach (var query in QueryRegistry.All.OfType<AggregateQuery>().Where(query => !query.Accumulates(batch.Table)))
                Assert.Equal(States.Of(query).Bytes(), States.Of(query, batch).Bytes());
            var isTaken = batch.Count > 0 && Dimensions.Takes(batch.Table);
            Assert.Equal(isTaken, !States.DimensionsOf().Bytes().SequenceEqual(States.DimensionsOf(batch).Bytes()));
        }
    });

    [Fact]
    public void Every_column_that_a_query_reads_is_of_a_table_that_it_accumulates_or_joins_and_never_both() => Assert.All(
        QueryRegistry.All.SelectMany(query => query.Reads.Select(column => (query, column.Table))),
        read => Assert.True(read.query.Accumulates(read.Table) ^ read.query.Joins(read.Table)));
}
