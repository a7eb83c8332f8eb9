using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>Whatever the network between a client and its server does, the client gets the bytes of run, once it is well again.</summary>
[Trait("suite", "drills")]
public sealed class NetworkDrills(Datasets datasets) : IClassFixture<Datasets>
{
    [Fact]
    public Task Connections_cut_within_frames_again_and_again_change_no_byte() => Drill(async (cable, ended) =>
    {
        // Each connection gets a little further than the one before: no attempt is for nothing.
        for (var bytes = 100_000; !ended.IsCompleted; bytes += 150_000)
        {
            cable.CutAfter(bytes);
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken));
        }
    });

    [Fact]
    public Task Resets_at_any_moment_change_no_byte() => Drill(async (cable, ended) =>
    {
        for (var seed = 0; seed < 6 && !ended.IsCompleted; seed++)
        {
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(50 + (97 * seed % 200)), TestContext.Current.CancellationToken));
            cable.Cut(resets: true);
        }
    });

    [Fact]
    public Task A_half_open_connection_is_given_up_and_the_session_goes_on_over_another() => Drill(async (cable, ended) =>
    {
        cable.LoseAnswers();
        // New connections hear again; the one there is stays deaf, and its client must notice by itself.
        await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken));
        Assert.False(ended.IsCompleted);
        cable.Mend();
    });

    [Fact]
    public Task A_network_that_swallows_everything_for_a_while_changes_no_byte() => Drill(async (cable, ended) =>
    {
        cable.Hang();
        await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken));
        Assert.False(ended.IsCompleted);
        cable.Release();
    });

    [Fact]
    public Task A_narrow_line_only_takes_its_time() => Drill(async (cable, ended) =>
    {
        cable.Throttle(2_000_000);
        await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken));
        cable.Throttle(0);
    });

    private async Task Drill(Func<Cable, Task<Ended>, Task> fault)
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        await using var cable = new Cable(server.Port);
        using var client = new SingleServer.Client($"127.0.0.1:{cable.Port}", datasets.Ordinary.Path);
        using var sending = client.Start();
        var ended = Coffee.End(sending);
        await fault(cable, ended);
        (await ended).Is(0);
        client.Received(datasets.Ordinary);
        await AtRest.Check(server, state.Path, complete: 1);
    }
}
