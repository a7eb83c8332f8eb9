using CoffeeShop.Queries;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Queries;

/// <summary>The bytes of a state may come from a broken disk or a hostile peer: they are read or refused, and cost little either way.</summary>
public sealed class DamagedStateTests
{
    /// <summary>A state of some hundred bytes has no need of more.</summary>
    private const long AllocationMax = 1_000_000;

    private delegate void Reading(ReadOnlySpan<byte> bytes);

    public static TheoryData<string> States_that_are_read => [.. QueryRegistry.All.OfType<AggregateQuery>().SelectMany(query => (string[])[query.Name, $"{query.Name} partial"]), "dimensions"];

    [Theory]
    [MemberData(nameof(States_that_are_read))]
    public void A_state_that_was_cut_short_anywhere_is_refused(string name)
    {
        var (bytes, read) = Example(name, new Random(1));
        Assert.True(bytes.Length > 20);
        for (var length = 0; length < bytes.Length; length++) Assert.False(IsAccepted(read, bytes.AsSpan(0, length)), $"cut at {length}");
    }

    [Theory]
    [MemberData(nameof(States_that_are_read))]
    public void A_state_with_more_behind_it_is_refused(string name)
    {
        var (bytes, read) = Example(name, new Random(1));
        Assert.False(IsAccepted(read, [.. bytes, 0]));
    }

    [Theory]
    [MemberData(nameof(States_that_are_read))]
    public void A_damaged_state_is_read_or_refused_and_nothing_else(string name) => Seeds.Check(1, 30, (random, _) =>
    {
        var (bytes, read) = Example(name, random);
        for (var i = 0; i < 200; i++)
        {
            var damaged = bytes.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--) damaged[random.Next(damaged.Length)] = random.Pick<byte>(0, 1, 0x7F, 0x80, 0xFF, (byte)random.Next(256));
            IsAccepted(read, damaged);
        }
    });

    [Theory]
    [MemberData(nameof(States_that_are_read))]
    public void Every_byte_raised_to_its_highest_is_read_or_refused(string name)
    {
        var (bytes, read) = Example(name, new Random(2));
        for (var at = 0; at < bytes.Length; at++)
            IsAccepted(read, [.. bytes.AsSpan(0, at), .. Enumerable.Repeat((byte)0xFF, 9), 1, .. bytes.AsSpan(at)]);
    }

    [Theory]
    [MemberData(nameof(States_that_are_read))]
    public void A_count_that_promises_more_than_is_there_is_refused_without_memory_for_it(string name)
    {
        var (_, read) = Example(name, new Random(1));
        Assert.False(IsAccepted(read, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]));
        Assert.False(IsAccepted(read, [0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 1]));
    }

    private static (byte[] Bytes, Reading Read) Example(string name, Random random)
    {
        var batches = Enumerable.Range(0, 4).SelectMany(_ => Batches.RandomOfAllTables(random)).ToArray();
        if (QueryRegistry.All.OfType<AggregateQuery>().FirstOrDefault(query => query.Name == name) is { } query)
            return (States.Of(query, batches).Bytes(), bytes => States.Read(query, bytes));
        if (QueryRegistry.All.OfType<AggregateQuery>().FirstOrDefault(query => name == $"{query.Name} partial") is { } divided)
        {
            var partials = batches.SelectMany(batch => States.Partials(divided, batch, shards: 2));
            return (partials.MaxBy(partial => partial.Length)!, bytes => divided.NewAggregate(QueryOptions.Default).ReadWholePartial(bytes));
        }

        return (States.DimensionsOf(batches).Bytes(), bytes => States.ReadDimensions(bytes));
    }

    private static bool IsAccepted(Reading read, ReadOnlySpan<byte> bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocationMax);
        }
    }
}
