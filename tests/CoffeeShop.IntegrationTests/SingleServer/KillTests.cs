using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>Whatever is killed, nothing acknowledged is lost: the same bytes, and nothing left behind.</summary>
public sealed class KillTests(Datasets datasets) : IClassFixture<Datasets>
{
    private const int Rounds = 20;

    /// <summary>Longer than an undisturbed client needs, so that some rounds kill what is already done.</summary>
    private const int LatestMilliseconds = 2500;

    [Fact]
    public async Task A_server_killed_at_any_moment_gives_the_same_bytes_after_its_restart()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            using var client = new Client(server, datasets.Ordinary.Path);
            using var sending = client.Start();
            var ended = Coffee.End(sending);
            for (var kills = 1 + random.Next(2); kills > 0; kills--)
            {
                await Moment(random, ended);
                await server.Kill();
                await server.Start();
            }

            Named(seed, (await ended).Is(0));
            client.Received(datasets.Ordinary);
        }

        await AtRest.Check(server, state.Path, complete: Rounds);
    }

    [Fact]
    public async Task A_client_killed_at_any_moment_resumes_to_the_same_bytes()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        for (var seed = 100; seed < 100 + Rounds; seed++)
        {
            var random = new Random(seed);
            using var client = new Client(server, datasets.Ordinary.Path);
            var ended = await KillInTheMidst(client, random);
            // A client that was killed before it had a session begins a new one; one that was done needs nothing.
            while (!File.Exists(Path.Combine(client.Out, "client-1.ndjson")))
            {
                var resumes = File.Exists(Path.Combine(client.Out, "client-1.session"));
                ended = await Coffee.End(client.Start(resumes ? ["--resume"] : []));
                Named(seed, ended.Is(0));
            }

            client.Received(datasets.Ordinary);
        }

        await AtRest.Check(server, state.Path, complete: Rounds);
    }

    private static async Task<Ended> KillInTheMidst(Client client, Random random)
    {
        using var sending = client.Start();
        var ended = Coffee.End(sending);
        await Moment(random, ended);
        if (!sending.HasExited) sending.Kill();
        return await ended;
    }

    /// <summary>A moment within the run of a client, or its end when that comes first.</summary>
    private static async Task Moment(Random random, Task ended) =>
        await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(random.Next(LatestMilliseconds)), TestContext.Current.CancellationToken));

    private static void Named(int seed, Ended ended) => Assert.True(ended.ExitCode == 0, $"Seed {seed}: {ended.Error}");
}
