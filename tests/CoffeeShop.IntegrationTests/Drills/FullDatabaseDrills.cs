using System.Diagnostics;
using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>A disk of the database that is full costs a cluster time, and no byte.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "drills")]
public sealed class FullDatabaseDrills(Broker broker, Datasets datasets) : IClassFixture<Datasets>
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
