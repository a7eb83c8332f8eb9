using System.Diagnostics;

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
        while (!shop.Written.Contains("client-1.ndjson.partial") && !process.HasExited) await Task.Delay(5, TestContext.Current.CancellationToken);
        using (var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await Coffee.End(process)).Is(exitCode).Says("Stopped; nothing was left behind.");
        Assert.Empty(shop.Written);
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
