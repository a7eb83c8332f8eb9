using System.Diagnostics;
using CoffeeShop.Tests.Client;

namespace CoffeeShop.Tests.Cli;

/// <summary><c>coffee send</c> that is told to stop: once, and again.</summary>
[Trait("suite", "sessions")]
public sealed class SendSignalTests : IDisposable
{
    private readonly Shop _shop = new();
    private readonly MemorySession _session = new();
    private readonly TaskCompletionSource _isUnderWay = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task The_first_signal_leaves_a_session_that_can_be_gone_on_with(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        await using var server = new ScriptedServer(ServeAsync);
        using var process = Coffee.Start(Arguments(server));
        var ended = Coffee.End(process);
        await _isUnderWay.Task.WaitAsync(TestContext.Current.CancellationToken);
        await Kill(process, signal);
        (await ended).Is(exitCode).Says("Stopped. The session can be gone on with: coffee", "--resume", "Another signal within 2 seconds cancels it.");
        Assert.Equal(["client-1.session"], _shop.Written);
        (await Coffee.Run([.. Arguments(server), "--resume"])).Is(0).Says("action: session_resumed");
        server.Check();
        Assert.Equal(Shop.Answer, _shop.Result);
        Assert.Equal(["client-1.ndjson"], _shop.Written);
    }

    [Fact]
    public async Task The_second_signal_cancels_the_session()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        await using var server = new ScriptedServer(ServeAsync);
        using var process = Coffee.Start(Arguments(server));
        var ended = Coffee.End(process);
        await _isUnderWay.Task.WaitAsync(TestContext.Current.CancellationToken);
        // One that comes too soon after the first is taken for the same.
        while (!ended.IsCompleted)
        {
            await Kill(process, "TERM");
            await Task.WhenAny(ended, Task.Delay(100, TestContext.Current.CancellationToken));
        }

        (await ended).Is(143).Says("The session was cancelled.");
        server.Check();
        Assert.True(_session.IsCancelled);
        Assert.Empty(_shop.Written);
    }

    /// <summary>The first connection gets no further than its first batch.</summary>
    private async Task ServeAsync(int connection, Peer peer)
    {
        _session.CutAfter = _ => connection == 1 ? 2 : null;
        await _session.ServeAsync(connection, peer);
        if (connection > 1) return;
        _isUnderWay.SetResult();
        await peer.DrainAsync();
    }

    private string[] Arguments(ScriptedServer server) => ["send", "--server", server.Address.ToString(), "--data", _shop.Data, "--out", _shop.Out];

    private static async Task Kill(Process process, string signal)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id} 2>/dev/null"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
