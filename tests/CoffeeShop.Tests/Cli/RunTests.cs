namespace CoffeeShop.Tests.Cli;

/// <summary><c>coffee run</c> as it should go.</summary>
public sealed class RunTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_folder_of_CSV_files_becomes_the_result_file_and_a_summary()
    {
        (await _shop.Run()).Is(0).Says("transaction_items", "client-1.ndjson");
        Assert.Equal(Shop.Answer, _shop.Result);
        Assert.Equal(["client-1.ndjson"], _shop.Written);
    }

    [Fact]
    public async Task A_long_path_is_told_in_one_piece()
    {
        var folder = Path.Combine(_shop.Out, new string('x', 120));
        (await Coffee.Run("run", "--data", _shop.Data, "--out", folder)).Is(0).Says($"result: {folder}/client-1.ndjson\n");
    }

    [Fact]
    public async Task Quiet_says_nothing_and_writes_the_same_even_with_rejections()
    {
        _shop.Spoil();
        var ended = (await _shop.Run("--quiet", "--threads", "3")).Is(0);
        Assert.Equal(("", ""), (ended.Output, ended.Error));
        Assert.Equal(Shop.Answer, _shop.Result);
        Assert.Equal(["client-1.ndjson", "client-1.rejected.ndjson"], _shop.Written);
    }

    [Fact]
    public async Task Verbose_names_each_file_and_the_id_names_the_result()
    {
        (await _shop.Run("--verbose", "--id", "agencia-1")).Is(0).Says("file: stores.csv", "file: transactions.csv");
        Assert.Equal(["client-agencia-1.ndjson"], _shop.Written);
    }

    [Fact]
    public async Task Csv_is_written_beside_the_result()
    {
        (await _shop.Run("--format", "ndjson,csv")).Is(0);
        Assert.Equal(["client-1.ndjson", "q1.csv", "q2_best_selling.csv", "q2_most_profit.csv", "q3.csv", "q4.csv"], _shop.Written);
        Assert.Equal("t1,78", (await File.ReadAllLinesAsync(Path.Combine(_shop.Out, "q1.csv"), TestContext.Current.CancellationToken))[1]);
    }

    [Fact]
    public async Task Rejected_rows_are_listed_and_a_later_run_without_any_removes_the_list()
    {
        _shop.Spoil();
        (await _shop.Run()).Is(0).Says("1 rows were rejected", "client-1.rejected.ndjson");
        var listed = await File.ReadAllTextAsync(Path.Combine(_shop.Out, "client-1.rejected.ndjson"), TestContext.Current.CancellationToken);
        Assert.StartsWith("{\"table\":\"transactions\",\"file\":\"transactions.csv\",\"line\":4,\"column\":\"final_amount\",\"found\":\"abc\",\"expected\":\"a decimal number", listed, StringComparison.Ordinal);
        _shop.Write("transactions.csv", "transaction_id,store_id,user_id,final_amount,created_at\n");
        (await _shop.Run()).Is(0);
        Assert.Equal(["client-1.ndjson"], _shop.Written);
    }

    [Fact]
    public async Task Strict_refuses_rejected_rows_with_the_list_and_without_a_result()
    {
        _shop.Spoil();
        (await _shop.Run("--strict", "--format", "ndjson,csv")).Is(3).Says("1 rows were rejected", "--strict", "client-1.rejected.ndjson");
        Assert.Equal(["client-1.rejected.ndjson"], _shop.Written);
    }

    [Fact]
    public async Task Strict_takes_input_without_rejections()
    {
        (await _shop.Run("--strict")).Is(0);
        Assert.Equal(Shop.Answer, _shop.Result);
    }

    [Fact]
    public async Task Options_of_the_queries_change_the_answer()
    {
        (await _shop.Run("--years", "2024", "--hours", "10:00:00-10:00:00", "--min-amount", "40.125", "--top", "1", "--quiet")).Is(0);
        Assert.Contains("\"transaction_id\":\"t2\"", _shop.Result, StringComparison.Ordinal);
        (await _shop.Run("--years", "2023", "--quiet")).Is(0);
        Assert.Empty(_shop.Result);
    }

    [Fact]
    public async Task A_data_folder_within_the_root_can_be_named()
    {
        using var root = new TemporaryFolder();
        Directory.Move(_shop.Data, root["inner"]);
        (await Coffee.Run("run", "--data", root.Path, "--data-folder", "inner", "--out", _shop.Out)).Is(0);
        Assert.Equal(Shop.Answer, _shop.Result);
        (await Coffee.Run("run", "--data", root.Path, "--data-folder", "outer", "--out", _shop.Out)).Is(3).Says("outer", "It has: inner");
        (await Coffee.Run("run", "--data", root["inner"], "--data-folder", "..", "--out", _shop.Out)).Is(3).Says("leads out of");
    }
}
