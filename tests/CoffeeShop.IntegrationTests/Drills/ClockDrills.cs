using CoffeeShop.Cluster;
using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Services;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>Nothing is decided by the time of day: clocks may jump while sessions are under way, and differ as they like.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "drills")]
public sealed class ClockDrills(Broker broker, PostgresServer postgres, Datasets datasets) : IClassFixture<Datasets>
{
    private static readonly int[] Jumps = [2000, -2000, 1, 4000];

    [Fact]
    public async Task A_clock_of_the_server_that_jumps_ends_no_session_and_changes_no_byte()
    {
        using var clock = new WallClock();
        using var state = new TemporaryFolder();
        await using var server = new Server(state.Path);
        foreach (var (name, value) in clock.Environment) server.Environment[name] = value;
        await server.Start();
        using var client = new SingleServer.Client(server, datasets.Ordinary.Path);
        using var sending = client.Start();
        var ended = Coffee.End(sending);
        await server.Says("action: eof_session_registered");
        sending.Send(Signal.Pause);
        await Jump(clock);
        sending.Send(Signal.Continue);
        (await ended).Is(0);
        client.Received(datasets.Ordinary);
        HasJumped(server.Log);
        await AtRest.Check(server, state.Path, complete: 1);
    }

    [Fact]
    public async Task Clocks_that_differ_and_jump_in_every_process_of_a_cluster_change_no_byte()
    {
        using WallClock gateways = new(), filters = new(), aggregators = new(), joiners = new();
        await using var cluster = await ClusterUnderTest.New(broker, postgres, shards: 4);
        foreach (var (role, clock) in ((string, WallClock)[])[(Roles.Gateway, gateways), (Roles.Filter, filters), (Roles.Aggregate, aggregators), (Roles.Join, joiners)])
        {
            var process = cluster.Add(role);
            foreach (var (name, value) in clock.Environment) process.Environment[name] = value;
            await process.Start();
        }

        using var sending = Sending.Start(cluster, datasets.Ordinary);
        await cluster.Reaches();
        // Connections are opened meanwhile, over and over: whatever waits until a time of day is hit.
        await using var probe = new PostgresProbe(cluster.Database);
        for (var i = 0; i < 40 && !sending.Ended.IsCompleted; i++)
        {
            foreach (var clock in (WallClock[])[gateways, filters, aggregators, joiners]) clock.Jump(Jumps[i % Jumps.Length]);
            if (i % 5 == 0) await probe.CutAsync();
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        filters.Jump(-3000);
        joiners.Jump(0);
        await sending.Completes("clocks that jump");
        Assert.All(cluster.All, process => Assert.True(process.IsRunning, process.Log));
        HasJumped(cluster.Gateways[0].Log);
        await cluster.CheckAtRest(complete: 1);
    }

    /// <summary>The clock was another one indeed: so says the log.</summary>
    private static void HasJumped(string log) => Assert.Contains(log.Split('\n'), line => line.Length > 4 && int.TryParse(line[..4], out var year) && year > DateTime.UtcNow.Year + 9);

    // So long that everything that looks now and then has looked.
    private static async Task Jump(WallClock clock)
    {
        foreach (var days in Jumps)
        {
            clock.Jump(days);
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }
    }
}
