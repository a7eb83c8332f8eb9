using System.Buffers;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;
using CoffeeShop.Tests.Queries;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Protocol;

public sealed class ColumnarCodecTests
{
    public static TheoryData<string> Tables => [.. TableRegistry.All.Select(table => table.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Any_batch_comes_back_as_it_was_and_equal_rows_give_equal_bytes(string name)
    {
        var table = TableRegistry.All.Single(table => table.Name == name);
        // The same batch is filled again and again: nothing of before may shine through.
        var read = new Batch(table);
        Claim.Holds(200, Gen.Choose(0, int.MaxValue - 1), seed =>
        {
            var random = new Random(seed);
            var batch = Batches.Random(random, table, random.OneIn(5) ? 0 : random.Next(600));
            var bytes = Shown.Columnar(batch);
            Assert.True(bytes.Length <= ColumnarCodec.BytesMax(batch, 0, batch.Count));
            ColumnarCodec.Read(bytes, read);
            Assert.Equal(Shown.Rows(batch), Shown.Rows(read));
            Assert.Equal(bytes, Shown.Columnar(read));
        });
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_batch_that_is_split_gives_the_same_rows(string name)
    {
        var table = TableRegistry.All.Single(table => table.Name == name);
        var read = new Batch(table);
        Claim.Holds(100, Gen.Choose(0, int.MaxValue - 1), seed =>
        {
            var random = new Random(seed);
            var batch = Batches.Random(random, table, random.Next(300));
            var bytesMax = random.Next(200, 2000);
            List<string> rows = [];
            for (var first = 0; first < batch.Count;)
            {
                var count = ColumnarCodec.RowsThatFit(batch, first, 50, bytesMax);
                Assert.InRange(count, 1, 50);
                var output = new ArrayBufferWriter<byte>();
                ColumnarCodec.Write(batch, first, count, output);
                Assert.True(output.WrittenCount <= bytesMax || count == 1);
                ColumnarCodec.Read(output.WrittenSpan, read);
                rows.AddRange(Shown.Rows(read));
                first += count;
            }

            Assert.Equal(Shown.Rows(batch), rows);
        });
    }
}
