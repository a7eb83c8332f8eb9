using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Queries;

/// <summary>What every aggregate query promises, whichever it is: a new one is held to it by being registered.</summary>
public sealed class AggregateLawsTests
{
    private const int Datasets = 40;

    public static TheoryData<string> Queries => [.. QueryRegistry.All.OfType<AggregateQuery>().Select(query => query.Name)];

    [Theory]
    [MemberData(nameof(Queries))]
    public void Merging_is_associative(string name) => Check(name, (query, a, b, c) =>
        Assert.Equal(
            States.Of(query, a).With(States.Of(query, b)).With(States.Of(query, c)).Bytes(),
            States.Of(query, a).With(States.Of(query, b).With(States.Of(query, c))).Bytes()));

    [Theory]
    [MemberData(nameof(Queries))]
    public void Merging_is_commutative(string name) => Check(name, (query, a, b, _) =>
        Assert.Equal(States.Of(query, a).With(States.Of(query, b)).Bytes(), States.Of(query, b).With(States.Of(query, a)).Bytes()));

    [Theory]
    [MemberData(nameof(Queries))]
    public void Nothing_is_the_identity_of_merging(string name) => Check(name, (query, a, _, _) =>
    {
        var bytes = States.Of(query, a).Bytes();
        Assert.Equal(bytes, States.Of(query, a).With(States.Of(query)).Bytes());
        Assert.Equal(bytes, States.Of(query).With(States.Of(query, a)).Bytes());
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void Equal_rows_give_equal_bytes_in_whatever_order_and_parts_they_came(string name) => Check(name, (query, a, b, c) =>
    {
        var bytes = States.Of(query, [.. a, .. b, .. c]).Bytes();
        Assert.Equal(bytes, States.Of(query, [.. c, .. a, .. b]).Bytes());
        Assert.Equal(bytes, States.Of(query, [.. b, .. a]).With(States.Of(query, c)).Bytes());
        Assert.Equal(bytes, States.Merged(query, new[] { c, b, a }.SelectMany(batches => batches).Select(batch => States.Of(query, batch))).Bytes());
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void The_empty_state_is_the_same_bytes_always(string name)
    {
        var query = Find(name);
        var bytes = States.Of(query).Bytes();
        Assert.Equal(bytes, States.Of(query).With(States.Of(query)).Bytes());
        Assert.Equal(bytes, States.Read(query, bytes).Bytes());
        Assert.Equal(bytes, States.Of(query, TableRegistry.All.Select(table => new Batch(table))).Bytes());
        Assert.All(States.Of(query).Partition(3), part => Assert.Equal(bytes, part.Bytes()));
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void Tables_that_are_not_read_leave_the_state_as_it_is(string name) => Check(name, (query, a, _, _) =>
        Assert.Equal(States.Of(query).Bytes(), States.Of(query, a.Where(batch => !query.ReadsTable(batch.Table))).Bytes()));

    [Theory]
    [MemberData(nameof(Queries))]
    public void Reading_gives_what_was_written(string name) => Check(name, (query, a, b, _) =>
    {
        var bytes = States.Of(query, a).Bytes();
        Assert.Equal(bytes, States.Read(query, bytes).Bytes());
        Assert.Equal(States.Of(query, a).Answer(), States.Read(query, bytes).Answer());
        Assert.Equal(States.Of(query, [.. a, .. b]).Bytes(), States.Read(query, bytes).With(States.Of(query, b)).Bytes());
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void The_parts_of_a_partition_in_any_order_are_the_whole(string name) => Check(name, (query, random, batches) =>
    {
        foreach (var shards in (int[])[1, 2, 3, 8])
        {
            var parts = random.Shuffled(States.Of(query, batches).Partition(shards));
            Assert.Equal(shards, parts.Length);
            Assert.Equal(States.Of(query, batches).Bytes(), States.Merged(query, parts).Bytes());
        }
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void Shards_that_merge_and_compact_apart_answer_as_the_whole(string name) => Check(name, (query, random, batches) =>
    {
        var dimensions = States.DimensionsOf(batches);
        foreach (var shards in (int[])[1, 2, 3, 8])
        {
            // As servers do it: each batch is written for the shards, and a shard takes in what was written for it.
            var partials = batches.Select(batch => States.Partials(query, batch, shards)).ToList();
            var compacted = Enumerable.Range(0, shards).Select(shard =>
            {
                var whole = States.OfPartials(query, random.Shuffled(partials.Select(parts => parts[shard])));
                whole.Compact();
                return whole.Bytes();
            });
            var joined = States.Merged(query, random.Shuffled(compacted).Select(bytes => States.Read(query, bytes)));
            Assert.Equal(States.Of(query, batches).Answer(dimensions), joined.Answer(dimensions));
        }
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void The_partials_of_a_batch_in_any_order_are_what_it_says(string name) => Check(name, (query, random, batches) =>
    {
        foreach (var shards in (int[])[1, 2, 3, 8, 16])
        {
            var partials = batches.SelectMany(batch => States.Partials(query, batch, shards));
            Assert.Equal(States.Of(query, batches).Bytes(), States.OfPartials(query, random.Shuffled(partials)).Bytes());
        }
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void The_same_batch_gives_the_same_partials_and_one_that_says_nothing_gives_none(string name) => Check(name, (query, _, batches) =>
    {
        foreach (var batch in batches) Assert.Equal(States.Partials(query, batch, 3), States.Partials(query, batch, 3));
        foreach (var table in TableRegistry.All) Assert.All(States.Partials(query, new Batch(table), 3), Assert.Empty);
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void Compacting_keeps_the_answer_and_compacting_again_keeps_the_bytes(string name) => Check(name, (query, _, batches) =>
    {
        var state = States.Of(query, batches);
        var answer = state.Answer();
        state.Compact();
        Assert.Equal(answer, state.Answer());
        var bytes = state.Bytes();
        state.Compact();
        Assert.Equal(bytes, state.Bytes());
    });

    [Theory]
    [MemberData(nameof(Queries))]
    public void Finishing_changes_nothing(string name) => Check(name, (query, _, batches) =>
    {
        var state = States.Of(query, batches);
        var bytes = state.Bytes();
        Assert.Equal(state.Answer(), state.Answer());
        Assert.Equal(bytes, state.Bytes());
    });

    private static AggregateQuery Find(string name) => QueryRegistry.All.OfType<AggregateQuery>().Single(query => query.Name == name);

    private static void Check(string name, Action<AggregateQuery, Random, Batch[]> law) =>
        Seeds.Check(1, Datasets, (random, _) => law(Find(name), random, Batches.RandomOfAllTables(random)));

    private static void Check(string name, Action<AggregateQuery, Batch[], Batch[], Batch[]> law) => Seeds.Check(1, Datasets, (random, _) =>
        law(Find(name), Batches.RandomOfAllTables(random), Batches.RandomOfAllTables(random), Batches.RandomOfAllTables(random)));
}
