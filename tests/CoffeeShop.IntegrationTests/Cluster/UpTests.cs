using System.Text;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Services;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>One command makes a cluster, keeps it running and leaves nothing behind.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "cluster")]
public sealed class UpTests(Datasets datasets) : IClassFixture<Datasets>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Not one that only its owner can pass through: the user of the database server must.
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"coffee-up-{Guid.NewGuid():N}"));

    [Fact]
    public async Task A_small_cluster_gives_the_bytes_of_run_and_goes_on_after_a_restart_and_a_kill()
    {
        await using var up = new UpProcess(NewState(), "--gateways", "1", "--filters", "1", "--aggregators", "1", "--joiners", "1");
        await up.Start();
        await SendAndCheck(up.Address, datasets.EdgeCases, "1");

        // A second one over the folder is refused, and does the first no harm; so is one over its ports, whose gateway has the last word.
        (await Coffee.Run(up.Arguments(up.State))).Is(1).Says(up.State, "in use by another coffee up", "--state");
        (await Coffee.Run(up.Arguments(NewState()))).Is(1).Says("gateway-1 does not start: exit code 1. It said last:", "cannot listen");
        await SendAndCheck(up.Address, datasets.EdgeCases, "2");

        var tree = up.Tree();
        // Itself, four roles, two servers and what those have started.
        Assert.True(tree.Count > 7, $"{tree.Count} processes");
        var commands = string.Concat(tree.Select(UpProcess.CommandOf));
        Assert.Contains("worker", commands, StringComparison.Ordinal);
        Assert.DoesNotContain(Passwords(up), password => commands.Contains(password, StringComparison.Ordinal));
        Assert.Equal(0, await up.Stop());
        await UpProcess.Gone(tree);
        Assert.All((string[])["gateway-1", "filter-1", "aggregate-1", "join-1", "rabbitmq", "postgresql", "up"], name => Assert.True(new FileInfo(Path.Combine(up.State, "logs", $"{name}.log")).Length > 0, name));
        Assert.DoesNotContain(Passwords(up), password => Logs(up).Contains(password, StringComparison.Ordinal));

        await up.Start();
        await CheckLatest(up.Http, datasets.EdgeCases);
        tree = up.Tree();
        await up.Kill();
        await UpProcess.Gone(tree);

        await up.Start();
        await CheckLatest(up.Http, datasets.EdgeCases);
        await SendAndCheck(up.Address, datasets.EdgeCases, "3");
        Assert.Equal(0, await up.Stop());
    }

    [Fact]
    public async Task Whatever_of_a_larger_cluster_is_killed_is_started_again_and_the_bytes_are_right()
    {
        await using var up = new UpProcess(NewState(), "--gateways", "2", "--filters", "2", "--aggregators", "2", "--joiners", "2", "--shards", "4");
        await up.Start();
        foreach (var name in (string[])["aggregate-1", "filter-2", "join-1", "aggregate-2", "rabbitmq", "postgresql", "gateway-1"])
        {
            using var sending = new SingleServer.Client(up.Address, datasets.Ordinary.Path);
            using var process = sending.Start();
            await Eventually.Holds(() => sending.HasSession, () => $"The client has no session, expected one before {name} is killed.\n{up.Log}", Patience);
            var old = up.ProcessOf(name);
            UpProcess.Send(Signal.Kill, old);
            (await Coffee.End(process)).Is(0);
            sending.Received(datasets.Ordinary);
            await StartedAgain(up, name, old);
            Assert.Contains($"process: {name} | error: killed by signal 9", up.Log, StringComparison.Ordinal);
        }

        // What hangs is ended by the monitor.
        var paused = up.ProcessOf("aggregate-1");
        UpProcess.Send(Signal.Pause, paused);
        await SendAndCheck(up.Address, datasets.Ordinary, "1");
        await StartedAgain(up, "aggregate-1", paused);

        var tree = up.Tree();
        Assert.Equal(0, await up.Stop());
        await UpProcess.Gone(tree);
    }

    [Fact]
    public async Task A_folder_that_the_database_server_cannot_reach_is_told()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root runs the database server as somebody else.");
        using var folder = new TemporaryFolder();
        await using var up = new UpProcess(folder["state"]);
        (await Coffee.Run(up.Arguments(up.State))).Is(1).Says("postgresql does not start", folder["state"], "chmod o+x");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string NewState() => Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}");

    private static async Task SendAndCheck(string address, Dataset dataset, string id)
    {
        using var client = new SingleServer.Client(address, dataset.Path, id);
        (await client.Send()).Is(0);
        client.Received(dataset);
    }

    private static async Task CheckLatest(string http, Dataset dataset) =>
        Assert.Equal(dataset.Answer, Encoding.UTF8.GetBytes((await Coffee.Run("results", "latest", "--http", http)).Is(0).Output));

    private static string[] Passwords(UpProcess up) => [.. Directory.GetFiles(up.State, "password", SearchOption.AllDirectories).Select(File.ReadAllText)];

    private static string Logs(UpProcess up) => string.Concat(Directory.GetFiles(Path.Combine(up.State, "logs")).Select(File.ReadAllText)) + up.Log;

    private static Task StartedAgain(UpProcess up, string name, int old) =>
        Eventually.Holds(() => up.ProcessOf(name) != old, () => $"{name} is still process {old}, expected another one.\n{up.Log}", Patience);
}
