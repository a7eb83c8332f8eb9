using System.Diagnostics;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>Whatever is killed, nothing acknowledged is lost: the same bytes, and nothing left behind.</summary>
public sealed class KillTests(Datasets datasets) : IClassFixture<Datasets>
{
    private const int Rounds = 20;

    /// <summary>Fewer kills in the midst of a client's work would be no test of it.</summary>
    private const int InTheMidstMin = Rounds / 2;

    [Fact]
    public async Task A_server_killed_at_any_moment_gives_the_same_bytes_after_its_restart()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        var whole = await TimeOf(server);
        var inTheMidst = 0;
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            using var client = new Client(server, datasets.Ordinary.Path);
            using var sending = client.Start();
            var ended = Coffee.End(sending);
            for (var kills = 1 + random.Next(2); kills > 0; kills--)
            {
                await Moment(random, whole, ended);
                if (!ended.IsCompleted) inTheMidst++;
                await server.Kill();
                await server.Start();
            }

            Named(seed, (await ended).Is(0));
            client.Received(datasets.Ordinary);
        }

        Assert.True(inTheMidst >= InTheMidstMin, $"Only {inTheMidst} kills were in the midst.");
        await AtRest.Check(server, state.Path, complete: Rounds + 1);
    }

    [Fact]
    public async Task A_client_killed_at_any_moment_resumes_to_the_same_bytes()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        var whole = await TimeOf(server);
        var inTheMidst = 0;
        for (var seed = 100; seed < 100 + Rounds; seed++)
        {
            var random = new Random(seed);
            using var client = new Client(server, datasets.Ordinary.Path);
            var ended = await KillInTheMidst(client, random, whole);
            if (ended.ExitCode != 0) inTheMidst++;
            // A client that was killed before it had a session begins a new one; one that was done needs nothing.
            while (client.HasSession || !client.HasResult) Named(seed, await Coffee.End(client.Start(client.HasSession ? ["--resume"] : [])));

            client.Received(datasets.Ordinary);
        }

        Assert.True(inTheMidst >= InTheMidstMin, $"Only {inTheMidst} kills were in the midst.");
        await AtRest.Check(server, state.Path, complete: Rounds + 1);
    }

    /// <summary>How long an undisturbed client takes.</summary>
    private async Task<TimeSpan> TimeOf(Server server)
    {
        using var client = new Client(server, datasets.Ordinary.Path);
        var watch = Stopwatch.StartNew();
        (await client.Send()).Is(0);
        client.Received(datasets.Ordinary);
        return watch.Elapsed;
    }

    private static async Task<Ended> KillInTheMidst(Client client, Random random, TimeSpan whole)
    {
        using var sending = client.Start();
        var ended = Coffee.End(sending);
        await Moment(random, whole, ended);
        if (!sending.HasExited) sending.Kill();
        return await ended;
    }

    /// <summary>A moment within the work of a client, or its end when that comes first.</summary>
    private static async Task Moment(Random random, TimeSpan whole, Task ended) =>
        await Task.WhenAny(ended, Task.Delay(random.NextDouble() * whole, TestContext.Current.CancellationToken));

    private static void Named(int seed, Ended ended) => Assert.True(ended.ExitCode == 0, $"Seed {seed}: {ended.Error}");
}
