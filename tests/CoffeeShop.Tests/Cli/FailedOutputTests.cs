using System.Diagnostics;

namespace CoffeeShop.Tests.Cli;

/// <summary>Output that <c>coffee run</c> cannot write: exit code 1, words, and nothing half-written.</summary>
public sealed class FailedOutputTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_folder_that_cannot_be_made_fails()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("file", "");
        (await Coffee.Run("run", "--data", _shop.Data, "--out", Path.Combine(file, "out"))).Is(1).Says("client-1.ndjson cannot be written", "--out");
    }

    [Theory]
    [InlineData("client-1.ndjson")]
    [InlineData("client-1.ndjson.partial")]
    [InlineData("client-1.rejected.ndjson")]
    public async Task A_folder_where_a_file_should_be_fails_and_stays(string name)
    {
        Directory.CreateDirectory(Path.Combine(_shop.Out, name));
        (await _shop.Run()).Is(1).Says(name);
        Assert.Equal([name], _shop.Written);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_000)]
    public async Task A_full_disk_fails_with_what_to_do_and_leaves_nothing_behind(int rows)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This machine has no device that is always full.");
        _shop.Write("transactions.csv", "transaction_id,store_id,user_id,final_amount,created_at\n" + string.Concat(Enumerable.Repeat("t1,1,,78.00,2024-01-02 10:00:00\n", rows)));
        LinkToFull("client-1.ndjson.partial");
        (await _shop.Run("--format", "ndjson,csv")).Is(1).Says("The disk is full", "client-1.ndjson", "make room");
        Assert.Empty(_shop.Written);
    }

    [Theory]
    [InlineData("q3.csv")]
    [InlineData("client-1.rejected.ndjson")]
    public async Task A_disk_that_is_full_for_a_file_beside_the_result_leaves_no_result_behind(string name)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This machine has no device that is always full.");
        _shop.Spoil();
        LinkToFull($"{name}.partial");
        (await _shop.Run("--format", "ndjson,csv")).Is(1).Says("The disk is full", name, "make room");
        Assert.Empty(_shop.Written.Except(["client-1.rejected.ndjson"]));
    }

    [Fact]
    public async Task An_output_in_use_by_another_process_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_shop.Out);
        var partial = Path.Combine(_shop.Out, "client-1.ndjson.partial");
        await using var other = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None);
        other.Write("theirs"u8);
        await other.FlushAsync(TestContext.Current.CancellationToken);
        (await _shop.Run()).Is(1).Says("client-1.ndjson is being written by another process", "--id");
        Assert.Equal(["client-1.ndjson.partial"], _shop.Written);
        Assert.Equal(6, other.Length);
        (await _shop.Run("--id", "2")).Is(0);
    }

    [Fact]
    public async Task Messages_that_cannot_be_written_change_neither_the_result_nor_the_exit_code()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This machine has no device that is always full.");
        Assert.Equal(0, await RunWithFullError(_shop.Data));
        Assert.Equal(Shop.Answer, _shop.Result);
        Assert.Equal(3, await RunWithFullError(_shop.Data + "-not"));
    }

    private async Task<int> RunWithFullError(string data)
    {
        using var shell = Process.Start("sh", ["-c", "exec dotnet \"$@\" 2> /dev/full", "sh", Path.Combine(AppContext.BaseDirectory, "coffee.dll"), "run", "--data", data, "--out", _shop.Out]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return shell.ExitCode;
    }

    private void LinkToFull(string name)
    {
        Directory.CreateDirectory(_shop.Out);
        File.CreateSymbolicLink(Path.Combine(_shop.Out, name), "/dev/full");
    }
}
