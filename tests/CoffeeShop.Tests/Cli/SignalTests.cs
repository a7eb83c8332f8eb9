using System.Diagnostics;
using System.Text;
using CoffeeShop.Tests.Results;

namespace CoffeeShop.Tests.Cli;

public sealed class SignalTests
{
    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task A_signal_in_the_midst_of_a_run_ends_it_cleanly(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        using var shop = new Shop();
        WriteGigabytes(shop);
        using var process = Coffee.Start("run", "--data", shop.Data, "--out", shop.Out);
        await Eventually.Holds(
            () => shop.Written.Contains("client-1.ndjson.partial") || process.HasExited,
            () => $"The run has not begun: found [{string.Join(", ", shop.Written)}], expected client-1.ndjson.partial.",
            TimeSpan.FromMinutes(1));
        using (var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await Coffee.End(process)).Is(exitCode).Says("Stopped; no result was written.");
        Assert.Empty(shop.Written);
    }

    [Fact]
    public async Task A_signal_ends_a_comparison()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        using var folder = new TemporaryFolder();
        using (var make = Process.Start("mkfifo", [folder["a"], folder["b"]])) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var process = Coffee.Start("compare", folder["a"], folder["b"]);
        var ended = Coffee.End(process);
        // A pipe opens when the process opens its other end.
        var rows = Task.Run(() => WriteAlike(folder["a"], folder["b"], () => Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]).WaitForExit()), TestContext.Current.CancellationToken);
        (await ended).Is(143);
        await Assert.ThrowsAnyAsync<IOException>(() => rows);
    }

    /// <summary>Writes the same rows to both until nobody reads them any more.</summary>
    private static void WriteAlike(string one, string other, Action onOpened)
    {
        using var left = new FileStream(one, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var right = new FileStream(other, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        onOpened();
        var row = Encoding.UTF8.GetBytes(Rows.Transaction("t") + "\n");
        while (true)
        {
            left.Write(row);
            right.Write(row);
        }
    }

    /// <summary>Input that takes longer than any signal: one file of rows, under a thousand names.</summary>
    private static void WriteGigabytes(Shop shop)
    {
        File.Delete(Path.Combine(shop.Data, "transactions.csv"));
        const string Name = "transactions/0000.csv";
        shop.Write(Name, "transaction_id,store_id,user_id,final_amount,created_at\n" + string.Concat(Enumerable.Repeat("t1,1,7,40.00,2024-01-02 10:00:00\n", 250_000)));
        for (var i = 1; i < 1000; i++) File.CreateSymbolicLink(Path.Combine(shop.Data, $"transactions/{i:0000}.csv"), Path.Combine(shop.Data, Name));
    }
}
