using System.Diagnostics;
using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Services;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>A disk that is full costs a cluster time, and no byte.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "drills")]
public sealed class FullDiskClusterDrills(Broker broker, Datasets datasets) : IClassFixture<Datasets>
{
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_full_disk_of_the_database_stalls_the_cluster_until_there_is_room_and_changes_no_byte()
    {
        using var disk = SmallDisk.Mount(megabytes: 256);
        await using var postgres = new PostgresServer(disk.Path);
        await Drill(postgres, disk, _ => Task.CompletedTask, cluster => Task.WhenAny(cluster.All.Select(process => process.Says("the disk of its server is full. Make room on it"))));
        Assert.NotNull(postgres.Service.ProcessId);
    }

    /// <summary>PostgreSQL ends when it cannot write its log; somebody starts it again, as <c>coffee up</c> does.</summary>
    [Fact]
    public async Task A_full_disk_of_the_log_of_the_database_ends_it_and_after_its_next_start_the_bytes_are_the_same()
    {
        using var disk = SmallDisk.Mount(megabytes: 256);
        await using var postgres = new PostgresServer();
        await postgres.Service.StopAsync();
        var log = Path.Combine(postgres.Folder, "data", "pg_wal");
        using (var move = Process.Start("sh", ["-ec", $"cp -a {log} {disk.Path}; rm -r {log}; ln -s {disk.Path}/pg_wal {log}"])) await move.WaitForExitAsync(TestContext.Current.CancellationToken);
        await postgres.Service.StartAsync();
        await Drill(
            postgres,
            disk,
            async cluster =>
            {
                // The next file is made when this one is full, and must find no room.
                await using var probe = new PostgresProbe(cluster.Database);
                await probe.ExecuteAsync("SELECT pg_switch_wal()");
            },
            _ => postgres.Service.Exited);
        Assert.Contains("No space left on device", postgres.Log, StringComparison.Ordinal);
    }

    /// <summary>The broker and the database may end of it, and are started again until there is room.</summary>
    [Fact, Trait("length", "long")]
    public async Task A_full_disk_of_a_whole_cluster_stalls_it_until_there_is_room_and_changes_no_byte()
    {
        using var disk = SmallDisk.Mount(megabytes: 512);
        await using var up = new UpProcess(Path.Combine(disk.Path, "state"), "--gateways", "1", "--filters", "1", "--aggregators", "1", "--joiners", "1", "--shards", "4");
        await up.Start();
        await Task.Delay(ClusterServerFaultTests.TopologyIsSafe, TestContext.Current.CancellationToken);
        using var client = new SingleServer.Client(up.Address, datasets.Ordinary.Path);
        using var sending = client.Start();
        var ended = Coffee.End(sending, TimeSpan.FromMinutes(4));
        await Eventually.Holds(() => client.HasSession, () => $"The client has no session, expected one before the disk is full.\n{up.Log}");
        sending.Send(Signal.Pause);
        disk.Fill();
        sending.Send(Signal.Continue);
        await Task.WhenAny(ended, Task.Delay(5 * Full, TestContext.Current.CancellationToken));
        Assert.False(ended.IsCompleted);
        disk.Empty();
        (await ended).Is(0);
        client.Received(datasets.Ordinary);
        var tree = up.Tree();
        Assert.Equal(0, await up.Stop());
        await UpProcess.Gone(tree);
    }

    private async Task Drill(PostgresServer postgres, SmallDisk disk, Func<ClusterUnderTest, Task> prepare, Func<ClusterUnderTest, Task> notices)
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 1, 1, 1), shards: 4);
        using var sending = Sending.Start(cluster, datasets.Ordinary);
        await cluster.Reaches();
        sending.Hold();
        disk.Fill();
        await prepare(cluster);
        sending.Release();
        await notices(cluster);
        await Task.WhenAny(sending.Ended, Task.Delay(Full, TestContext.Current.CancellationToken));
        Assert.False(sending.Ended.IsCompleted);
        disk.Empty();
        if (postgres.Service.ProcessId is null) await postgres.Service.StartAsync();
        await sending.Completes("a full disk");
        Assert.All(cluster.All, process => Assert.True(process.IsRunning, process.Log));
        await cluster.CheckAtRest(complete: 1);
    }
}
