using System.Diagnostics;
using CoffeeShop.Delivery;
using CoffeeShop.Observability;
using CoffeeShop.Storage.Sqlite;
using CoffeeShop.Tables;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>
/// Whatever is killed, nothing acknowledged is lost: the same bytes, and nothing left behind. Moments are drawn over what has
/// been done and not over time, so that every kill is in the midst of the work, however fast the machine.
/// </summary>
[Trait("suite", "sessions")]
public sealed class KillTests(Datasets datasets) : IClassFixture<Datasets>
{
    private const int Rounds = 20;
    private const int Killed = 128 + 9;

    [Fact]
    public async Task A_server_killed_at_any_point_gives_the_same_bytes_after_its_restart()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        var moments = Moments.OfServer(await WorkOf(server));
        for (var seed = 0; seed < Rounds; seed++)
        {
            Assert.Equal(0, await server.Stop());
            var moment = Moments.Draw(moments, seed);
            await server.Start(moment);
            using var client = new Client(server, datasets.Ordinary.Path);
            using var sending = client.Start();
            var ended = Coffee.End(sending);
            Assert.True(await Task.WhenAny(server.Death(), ended) != ended, $"Seed {seed}: the client ended before {moment}.");
            Assert.Equal((moment, Killed), (moment, await server.Death()));
            await server.Start();
            Named(seed, moment, await ended);
            client.Received(datasets.Ordinary);
        }

        await AtRest.Check(server, state.Path, complete: Rounds + 1);
    }

    [Fact]
    public async Task A_client_killed_at_any_point_resumes_to_the_same_bytes()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        var moments = Moments.OfClient(await WorkOf(server));
        for (var seed = 0; seed < Rounds; seed++)
        {
            var moment = Moments.Draw(moments, seed);
            using var client = new Client(server, datasets.Ordinary.Path);
            using (var dying = client.StartToDie(moment)) Assert.Equal((moment, Killed), (moment, (await Coffee.End(dying)).ExitCode));
            // It had a session before its first batch. One that has its result needs no more of it than to forget it.
            Assert.True(client.HasSession, moment);
            Named(seed, moment, await client.Send("--resume"));
            client.Received(datasets.Ordinary);
        }

        await AtRest.Check(server, state.Path, complete: Rounds + 1);
    }

    [Fact]
    public async Task Sessions_at_once_outlive_their_server_but_for_version_1_which_is_void()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        var work = await WorkOf(server);
        using var first = new Client(server, datasets.Ordinary.Path, "1");
        using var second = new Client(server, datasets.Ordinary.Path, "2");
        using var old = new Client(server, datasets.Ordinary.Path, "3");
        // Version 1 has more frames than both of the others together: at this moment its session has begun and is not done.
        var moment = $"{FailPoint.BatchPublished}:{(2 * (work.Batches + TableRegistry.All.Length)) + 50}";
        Assert.Equal(0, await server.Stop());
        await server.Start(moment);
        using Process one = first.Start(), two = second.Start(), three = old.Start("--protocol", "1");
        Task<Ended>[] ended = [Coffee.End(one), Coffee.End(two), Coffee.End(three)];
        Assert.Equal((moment, Killed), (moment, await server.Death()));
        var (isOpen, version1) = await Open(state.Path);
        Assert.True(isOpen);
        await server.Start();

        Named(0, moment, await ended[0]);
        Named(0, moment, await ended[1]);
        first.Received(datasets.Ordinary);
        second.Received(datasets.Ordinary);
        (await ended[2]).Is(1).Says("A session of version 1 is void then: send it again.");
        // The server sees by itself that nobody goes on with it.
        var session = "";
        await Eventually.Holds(
            async () =>
            {
                session = await server.Get($"/sessions/{version1}");
                return session.Contains("\"state\":\"failed\"", StringComparison.Ordinal);
            },
            () => $"Found {session}, expected it to have failed.\n{server.Log}",
            TimeSpan.FromMinutes(1));
        await AtRest.Check(server, state.Path, complete: 3, failed: 1);
    }

    /// <summary>What an undisturbed client makes a server do.</summary>
    private async Task<Work> WorkOf(Server server)
    {
        using var client = new Client(server, datasets.Ordinary.Path);
        (await client.Send()).Is(0);
        client.Received(datasets.Ordinary);
        return await Work.Of(server, datasets.Ordinary);
    }

    /// <summary>Whether a session of version 1 is open in the database of a server that is dead, and which.</summary>
    private static async Task<(bool IsOpen, SessionId Session)> Open(string state)
    {
        await using var storage = SqliteStorage.Open(state, shards: null, TimeProvider.System);
        var record = Assert.Single(await storage.ListSessionsAsync(), session => session.Session.Protocol == 1);
        return (record.State == SessionState.Open, record.Session.Id);
    }

    private static void Named(int seed, string moment, Ended ended) => Assert.True(ended.ExitCode == 0, $"Seed {seed}, {moment}: {ended.Error}");
}
