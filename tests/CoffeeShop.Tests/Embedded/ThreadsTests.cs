using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Embedded;
using CoffeeShop.Queries;

namespace CoffeeShop.Tests.Embedded;

/// <summary>Files of many blocks, so that threads do meet.</summary>
public sealed class ThreadsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ThreadsTests()
    {
        _folder.Write("menu_items.csv", "item_id,item_name\n1,Latte\n2,Mocha\n");
        _folder.Write("stores.csv", "store_id,store_name\n1,One\n2,Two\n3,Three\n");
        _folder.Write("users.csv", "user_id,birthdate\n" + Lines(500, i => $"{i % 400},19{i % 90 + 10}-01-02"));
        for (var month = 1; month <= 3; month++)
        {
            _folder.Write($"transactions_{month}.csv", "transaction_id,store_id,user_id,final_amount,created_at\n" + Lines(15_000, i =>
                $"{month}-{i},{i % 3 + 1},{i * 7919 % 401},{(i % 29 == 0 ? "bad" : $"{i % 97}.5")},2024-0{month * 3}-0{i % 9 + 1} {i % 24:00}:00:00"));
            _folder.Write($"transaction_items_{month}.csv", "item_id,quantity,subtotal,created_at\n" + Lines(10_000, i =>
                $"{i % 2 + 1},{i % 3},{i % 11}.25,2024-0{month * 3}-0{i % 9 + 1} {i % 24:00}:00:00"));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Result_rejections_and_counts_are_the_same_with_any_number_of_threads_and_every_time()
    {
        var expected = EmbeddedHarness.Run(_folder.Path);
        Assert.Equal(3 * 518, expected.Report.Rejections.Count);
        Assert.Equal(RejectionLog.ListedMax, EmbeddedHarness.Rejected(expected).Count());
        foreach (var threads in (int[])[2, 3, 8, 2, 3, 8, 1])
        {
            var answer = EmbeddedHarness.Run(_folder.Path, threads);
            Assert.Equal(expected.Result, answer.Result);
            Assert.Equal(expected.Rejections, answer.Rejections);
            Assert.Equal(expected.Report.RowsRead, answer.Report.RowsRead);
            Assert.Equal(expected.Report.ResultRows, answer.Report.ResultRows);
            Assert.Equal(expected.Report.Rejections.Count, answer.Report.Rejections.Count);
            Assert.Equal(expected.Report.Summary.UnknownUsers.Order(), answer.Report.Summary.UnknownUsers.Order());
            Assert.Equal(100UL, answer.Report.Summary.RepeatedUsers);
        }
    }

    [Fact]
    public void High_value_transactions_stay_in_input_order_with_many_threads()
    {
        var ids = EmbeddedHarness.Run(_folder.Path, threads: 8).Result.Split('\n').Where(line => line.StartsWith("{\"query\":\"q1\"", StringComparison.Ordinal))
            .Select(line => line.Split('"')[7].Split('-'))
            .Select(id => (int.Parse(id[0]), int.Parse(id[1])))
            .ToList();
        Assert.True(ids.Count > 1000);
        Assert.Equal(ids.Order(), ids);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void A_run_that_is_stopped_ends_as_cancelled(int threads)
    {
        using var stop = new CancellationTokenSource();
        using var run = new EmbeddedRun(Dataset.Open(new DatasetOptions(_folder.Path)), QueryOptions.Default, threads, onFile: file =>
        {
            if (file.Name == "transactions_2.csv") stop.Cancel();
        });
        using var result = new MemoryStream();
        Assert.ThrowsAny<OperationCanceledException>(() => run.Execute(result, stop.Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void A_result_that_cannot_be_written_ends_the_run_with_the_cause(int threads)
    {
        using var run = new EmbeddedRun(Dataset.Open(new DatasetOptions(_folder.Path)), QueryOptions.Default, threads);
        using var result = new BufferedStream(new FullStream(), 4096);
        var failure = Assert.Throws<IOException>(() => run.Execute(result, TestContext.Current.CancellationToken));
        Assert.Equal("full", failure.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_file_that_is_gone_when_its_turn_comes_is_refused_by_name(int threads)
    {
        using var run = new EmbeddedRun(Dataset.Open(new DatasetOptions(_folder.Path)), QueryOptions.Default, threads);
        File.Delete(_folder["transactions_3.csv"]);
        using var result = new MemoryStream();
        var refusal = Assert.Throws<InputException>(() => run.Execute(result, TestContext.Current.CancellationToken));
        Assert.StartsWith("transactions_3.csv: the file can no longer be read", refusal.Message, StringComparison.Ordinal);
    }

    private static string Lines(int count, Func<int, string> line)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++) text.Append(line(i)).Append('\n');
        return text.ToString();
    }

    /// <summary>A disk without room.</summary>
    private sealed class FullStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("full");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("full");

        public override void Flush()
        {
        }
    }
}
