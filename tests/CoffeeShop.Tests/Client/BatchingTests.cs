using System.Buffers;
using CoffeeShop.Client;
using CoffeeShop.Csv;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Client;

/// <summary>Laws of cutting files into batches, over random files with every edge.</summary>
public sealed class BatchingTests
{
    [Fact]
    public void The_same_files_and_settings_give_the_same_frames() => ForRandomDatasets((dataset, rows) =>
    {
        Assert.Equal(Frames(Columns(dataset, rows)), Frames(Columns(dataset, rows)));
        Assert.Equal(Frames(Texts(dataset, rows)), Frames(Texts(dataset, rows)));
    });

    [Fact]
    public void Batches_of_both_versions_have_exactly_the_rows_that_a_run_reads() => ForRandomDatasets((dataset, rows) =>
    {
        var expected = Read(dataset, out var rejected);
        foreach (var batching in (Batching[])[Columns(dataset, rows), Texts(dataset, rows)])
        {
            Assert.Equal(expected, Frames(batching).SelectMany(Rows));
            Assert.Equal(rejected, batching.Rejections.Count);
            Assert.Equal(expected.Count, batching.Rows.Values.Sum());
        }
    });

    [Fact]
    public void Batches_keep_their_bounds_and_are_numbered_without_a_gap() => ForRandomDatasets((dataset, rows) =>
    {
        foreach (var batching in (Batching[])[Columns(dataset, rows), Texts(dataset, rows)])
        {
            var (last, sum) = (0L, 0UL);
            foreach (var frame in Frames(batching).Select(bytes => Frame.Of(bytes, Sender.Client)))
            {
                switch (frame.Read())
                {
                    case Columns columns:
                        Assert.Equal(++last, columns.Number);
                        Assert.Equal(ContentHash.Of(columns.Rows.ToArray()), columns.Hash);
                        sum += columns.Hash;
                        break;
                    case TableRows texts:
                        Assert.Equal(++last, texts.Number);
                        break;
                    case EndOfTable end:
                        Assert.Equal(last, end.Number);
                        if (end.HashSum is { } hashSum) Assert.Equal(sum, hashSum);
                        (last, sum) = (0, 0);
                        break;
                }

                Assert.InRange(frame.Body.Length, 0, Frame.BodyBytesMax);
            }
        }

        Assert.All(Frames(Columns(dataset, rows)), frame => Assert.InRange(Rows(frame).Count, 0, rows));
        Assert.All(Frames(Texts(dataset, rows)), frame => Assert.InRange(Rows(frame).Count, 0, rows));
    });

    [Fact]
    public void Rows_that_fill_a_frame_by_their_bytes_are_cut_there()
    {
        using var folder = new TemporaryFolder();
        folder.Write("stores.csv", "store_id,store_name\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{new string('x', 100_000)}\n")));
        folder.Write("menu_items.csv", "item_id,item_name\n1," + new string('y', Block.RecordBytesMax - 3) + "\n");
        var dataset = Dataset.Open(new DatasetOptions(folder.Path, AllowMissing: true));
        foreach (var batching in (Batching[])[Columns(dataset, 1000), Texts(dataset, 1000)])
            Assert.Equal(Read(dataset, out _), Frames(batching).SelectMany(Rows));
    }

    [Fact]
    public void A_dataset_without_rows_is_five_ends()
    {
        using var folder = new TemporaryFolder();
        folder.Write("stores.csv", "store_id,store_name\n");
        var dataset = Dataset.Open(new DatasetOptions(folder.Path, AllowMissing: true));
        Assert.Equal(TableRegistry.All.Select(table => new EndOfTable(table, 0, 0)), Frames(Columns(dataset, 5)).Select(frame => Frame.Of(frame, Sender.Client).Read()));
    }

    [Fact]
    public void However_small_batches_are_no_more_frames_are_held_than_are_on_their_way()
    {
        using var folder = new TemporaryFolder();
        folder.Write("users.csv", "user_id,gender,birthdate,registered_at\n" + string.Concat(Enumerable.Range(1, 3000).Select(user => $"{user},f,2000-01-01,2023-07-01 08:00:00\n")));
        var batching = Texts(Dataset.Open(new DatasetOptions(folder.Path, AllowMissing: true)), rows: 1);
        HashSet<ArrayBufferWriter<byte>> frames = [];
        var count = 0;
        foreach (var outgoing in batching.Read(TestContext.Current.CancellationToken))
        {
            count++;
            frames.Add(outgoing.Frame);
            batching.Frames.Return(outgoing.Frame);
        }

        Assert.Equal(3000 + TableRegistry.All.Length, count);
        Assert.InRange(frames.Count, 1, 3);
    }

    private static void ForRandomDatasets(Action<Dataset, int> check) => Seeds.Check(first: 1, count: 25, (random, _) =>
    {
        using var folder = new TemporaryFolder();
        new RandomDataset(random).WriteTo(folder);
        check(Dataset.Open(new DatasetOptions(folder.Path, SkipBadFiles: true)), random.Pick(1, 2, 7, 1000));
    });

    private static ColumnBatching Columns(Dataset dataset, int rows) => new(dataset, rows, isStrict: false, _ => { });

    private static TextBatching Texts(Dataset dataset, int rows) => new(dataset, rows, isStrict: false, _ => { });

    private static List<byte[]> Frames(Batching batching)
    {
        List<byte[]> frames = [];
        foreach (var outgoing in batching.Read(TestContext.Current.CancellationToken))
        {
            frames.Add(outgoing.Frame.WrittenSpan.ToArray());
            batching.Frames.Return(outgoing.Frame);
        }

        return frames;
    }

    /// <summary>The rows of a frame: each as its table and its own columnar bytes.</summary>
    private static List<string> Rows(byte[] frame)
    {
        switch (Frame.Of(frame, Sender.Client).Read())
        {
            case Columns columns:
                var batch = new Batch(columns.Table);
                ColumnarCodec.Read(columns.Rows.ToArray(), batch);
                return Show(batch);
            case TableRows texts:
                var parsed = new Batch(texts.Table);
                RowsReader.Append(texts.Rows.ToArray(), texts.Count, parsed, (_, _, _) => Assert.Fail("A row was sent that the server rejects."));
                return Show(parsed);
            default:
                return [];
        }
    }

    private static List<string> Read(Dataset dataset, out int rejected)
    {
        List<string> rows = [];
        var count = 0;
        var reader = new RowReader(_ => count++);
        var block = new Block();
        foreach (var file in dataset.Files)
        {
            using var blocks = new BlockReader(file.File.FullPath, file.Header.DataOffset);
            var batch = new Batch(file.File.Table);
            while (blocks.TryRead(block))
            {
                reader.Read(file.File, file.Header, block, batch);
                rows.AddRange(Show(batch));
            }
        }

        rejected = count;
        return rows;
    }

    private static List<string> Show(Batch batch) => [.. Enumerable.Range(0, batch.Count).Select(row =>
    {
        var bytes = new ArrayBufferWriter<byte>();
        ColumnarCodec.Write(batch, row, 1, bytes);
        return $"{batch.Table} {Convert.ToHexString(bytes.WrittenSpan)}";
    })];
}
