using CoffeeShop.Queries;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Queries;

/// <summary>The counts of q4 against a plain dictionary.</summary>
public sealed class CountTableTests
{
    private static readonly int[] Lows = [0, 1, 14, 15, 16, 17, 31, 32, 46047, int.MaxValue - 16, int.MaxValue - 15, int.MaxValue - 1, int.MaxValue];

    [Fact]
    public void Counts_are_exact_for_dense_and_sparse_ids_and_any_number_of_digits() => Seeds.Check(1, 30, (random, seed) =>
    {
        // Few ids make counts of several digits, many ids make a large table.
        var ids = (int[])[.. Lows, .. Enumerable.Range(0, 1 << (seed % 12)).Select(_ => random.Next()), .. Enumerable.Range(1000, seed % 7 * 100)];
        var keys = Enumerable.Range(0, 40_000).Select(_ => Key.Of(random.Pick(0, 1, 7, int.MaxValue), ids[random.Next(ids.Length)])).ToArray();
        Assert.Equal(Expected(keys), Shown(Counted(keys)));
    });

    [Fact]
    public void One_more_is_carried_at_every_digit()
    {
        foreach (var digit in Enumerable.Range(1, 7))
        {
            var full = (uint)((1UL << (4 * digit)) - 1);
            foreach (var low in Lows)
            {
                var table = new CountTable();
                foreach (var other in Lows) table.Add(Key.Of(3, other), full);
                table.CountEach([Key.Of(3, low)]);
                Assert.Equal(Lows.Select(other => (Key.Of(3, other), other == low ? full + 1 : full)).Order(), Shown(table).Select(count => (count.Key, count.Value)).Order());
            }
        }
    }

    [Fact]
    public void A_count_beyond_32_bits_is_refused_however_it_comes_about()
    {
        var key = Key.Of(1, 5);
        CountTable[] full = [new(), new(), new()];
        foreach (var table in full) table.Add(key, uint.MaxValue);
        Assert.Equal(uint.MaxValue, Shown(full[0])[key]);
        Assert.Throws<InputException>(() => full[0].CountEach([key]));
        Assert.Throws<InputException>(() => full[1].Add(key, 1));
        Assert.Throws<InputException>(() => full[2].Merge(Counted([key])));
    }

    [Fact]
    public void Merged_and_partitioned_tables_are_the_bytes_of_one_that_counted_all() => Seeds.Check(1, 30, (random, seed) =>
    {
        var ids = (int[])[.. Lows, .. Enumerable.Range(0, 1 << (seed % 10)).Select(_ => random.Next())];
        var parts = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, random.Next(20_000)).Select(_ => Key.Of(random.Next(3), ids[random.Next(ids.Length)])).ToArray()).ToList();
        var bytes = Bytes(Counted([.. parts.SelectMany(keys => keys)]));
        Assert.Equal(bytes, Bytes(Merged(parts.Select(Counted))));
        foreach (var shards in (int[])[1, 2, 3, 8, 16])
        {
            var tables = Enumerable.Range(0, shards).Select(_ => new CountTable()).ToArray();
            Merged(parts.Select(Counted)).PartitionInto(tables);
            for (var shard = 0; shard < shards; shard++)
                Assert.All(Shown(tables[shard]).Keys, key => Assert.Equal(shard, StableHash.Shard(Key.Low(key) / CountTable.RunLength, shards)));
            Assert.Equal(bytes, Bytes(Merged(random.Shuffled(tables))));
        }

        var read = new CountTable();
        var reader = new StateReader(bytes);
        read.Read(ref reader);
        Assert.True(reader.IsAtEnd);
        Assert.Equal(bytes, Bytes(read));
    });

    private static CountTable Counted(params long[] keys)
    {
        var table = new CountTable();
        table.CountEach(keys);
        return table;
    }

    private static CountTable Merged(IEnumerable<CountTable> tables)
    {
        var merged = new CountTable();
        foreach (var table in tables) merged.Merge(table);
        return merged;
    }

    private static byte[] Bytes(CountTable table) => States.Bytes(table.Write);

    private static SortedDictionary<long, uint> Expected(long[] keys) => new(keys.CountBy(key => key).ToDictionary(count => count.Key, count => (uint)count.Value));

    private static SortedDictionary<long, uint> Shown(CountTable table)
    {
        var shown = new SortedDictionary<long, uint>();
        table.Visit((high, first, counts) =>
        {
            for (var i = 0; i < counts.Length; i++)
                if (counts[i] > 0) shown.Add(Key.Of(high, first + i), counts[i]);
        });
        return shown;
    }
}
