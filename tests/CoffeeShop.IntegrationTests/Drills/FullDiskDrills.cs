using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Services;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>A disk that is full costs time, and no byte: whoever writes to it says so, waits, and goes on when there is room.</summary>
[Trait("suite", "drills")]
public sealed class FullDiskDrills(Datasets datasets) : IClassFixture<Datasets>
{
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_disk_of_the_server_stalls_its_sessions_until_there_is_room_and_changes_no_byte(bool isServerKilled)
    {
        using var disk = SmallDisk.Mount(megabytes: 64);
        var state = Path.Combine(disk.Path, "state");
        await using var server = await Server.Start(state);
        using var client = new SingleServer.Client(server, datasets.Ordinary.Path);
        using var sending = client.Start();
        var ended = Coffee.End(sending);
        await server.Says("action: eof_session_registered");
        sending.Send(Signal.Pause);
        disk.Fill();
        sending.Send(Signal.Continue);
        await server.Says("coffee.db could not be written: the disk is full. Make room on it");
        if (isServerKilled)
        {
            await server.Kill();
            server.Launch();
        }

        await Task.WhenAny(ended, Task.Delay(Full, TestContext.Current.CancellationToken));
        Assert.False(ended.IsCompleted);
        disk.Empty();
        if (isServerKilled) await server.BeReady();
        (await ended).Is(0);
        client.Received(datasets.Ordinary);
        await AtRest.Check(server, state, complete: 1);
    }

    [Fact]
    public async Task A_server_that_finds_no_room_for_its_database_ends_with_what_to_do_and_begins_when_there_is_some()
    {
        using var disk = SmallDisk.Mount(megabytes: 64);
        disk.Fill();
        var state = Path.Combine(disk.Path, "state");
        (await Coffee.Run("serve", "--port", "0", "--http", "127.0.0.1:0", "--state", state)).Is(1).Says("the disk is full", "Make room");
        disk.Empty();
        await using var server = await Server.Start(state);
        using var client = new SingleServer.Client(server, datasets.Ordinary.Path);
        (await client.Send()).Is(0);
        client.Received(datasets.Ordinary);
    }

    [Fact]
    public async Task A_full_disk_of_the_client_ends_it_with_what_to_do_and_it_resumes_to_the_same_bytes()
    {
        using var disk = SmallDisk.Mount(megabytes: 1);
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        string[] send = ["send", "--server", server.Address, "--data", datasets.Ordinary.Path, "--out", disk.Path, "--quiet"];
        // Room for what resumes the session, and not for the whole result.
        disk.Fill(bytesLeft: 64 << 10);
        (await Coffee.Run(send)).Is(1).Says("The disk is full", "client-1.ndjson", "make room", "--resume");
        Assert.DoesNotContain(Path.Combine(disk.Path, "client-1.ndjson"), Directory.GetFiles(disk.Path));
        disk.Empty();
        (await Coffee.Run([.. send, "--resume"])).Is(0);
        Assert.Equal(datasets.Ordinary.Answer, await File.ReadAllBytesAsync(Path.Combine(disk.Path, "client-1.ndjson"), TestContext.Current.CancellationToken));
        await AtRest.Check(server, state.Path, complete: 1);
    }
}
