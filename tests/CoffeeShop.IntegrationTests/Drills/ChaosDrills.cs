using System.Globalization;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Storage.Postgres;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;
using RabbitMQ.Client;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary><c>coffee chaos</c> over a whole cluster of <c>coffee up</c>, both servers among the victims, while ten clients send again and again.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "drills")]
public sealed class ChaosDrills(Datasets datasets) : IClassFixture<Datasets>, IDisposable
{
    private const int Clients = 10, Shards = 4;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    // Broker and database may be away for most of the time while chaos lasts; afterwards everything must come to its end.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5), PatienceMeanwhile = TimeSpan.FromMinutes(30);

    // Not one that only its owner can pass through: the user of the database server must.
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"coffee-chaos-{Guid.NewGuid():N}"));

    [Fact]
    public Task Kills_over_all_roles_and_servers_change_no_byte_of_ten_clients_at_once() => Drill(seed: 6, "kill", rounds: 8);

    [Theory]
    [InlineData(1, Traits = ["seed", "1"])]
    [InlineData(2, Traits = ["seed", "2"])]
    [InlineData(3, Traits = ["seed", "3"])]
    [InlineData(4, Traits = ["seed", "4"])]
    [InlineData(5, Traits = ["seed", "5"])]
    [Trait("length", "long")]
    public Task Ten_minutes_of_kills_over_all_roles_and_servers_change_no_byte_of_ten_clients_at_once(int seed) => Drill(seed, "kill", rounds: 200);

    [Fact]
    [Trait("length", "long")]
    public Task Three_minutes_of_kills_pauses_and_cut_connections_change_no_byte_of_ten_clients_at_once() => Drill(seed: 7, "kill,stop,cut", rounds: 60);

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task Drill(int seed, string signals, int rounds)
    {
        await using var up = new UpProcess(
            Path.Combine(_folder.FullName, "state"), "--gateways", "2", "--filters", "2", "--aggregators", "2", "--joiners", "2", "--monitors", "2", "--shards", $"{Shards}");
        await up.Start();
        var variables = File.ReadLines(Path.Combine(up.State, "cluster.env")).Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1].Trim('\''));
        var answer = Path.Combine(_folder.FullName, "answer.ndjson");
        await File.WriteAllBytesAsync(answer, datasets.Ordinary.Answer, TestContext.Current.CancellationToken);

        using var chaos = Coffee.StartWith(
            variables, failPoint: null, "chaos", "--seed", $"{seed}", "--rounds", $"{rounds}", "--every", $"{Every.TotalSeconds}s", "--signal", signals,
            "--roles", "gateway,filter,aggregate,join,monitor,broker,database", "--verify", answer);
        var over = new TaskCompletionSource();
        var sending = Task.WhenAll(Enumerable.Range(1, Clients).Select(number => SendAgainAndAgain(up.Address, $"{number}", over.Task)));
        var hits = 0;
        while (hits == 0 && await chaos.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            TestContext.Current.SendDiagnosticMessage(line);
            if (line.EndsWith(" hit", StringComparison.Ordinal)) hits = int.Parse(line[..^" hit".Length], CultureInfo.InvariantCulture);
            if (sending.IsFaulted) await sending;
        }

        over.SetResult();
        var sent = (await EndOf(sending, up)).Sum();
        var verdict = (await Coffee.End(chaos, Patience)).Is(0).Output;
        Assert.Contains("verdict: right: all ", verdict, StringComparison.Ordinal);
        Assert.InRange(hits, rounds / 2, rounds);
        Assert.InRange(sent, Clients, int.MaxValue);
        await NothingIsLeft(variables["COFFEE_DATABASE"], variables["COFFEE_BROKER"], sent);

        var tree = up.Tree();
        Assert.Equal(0, await up.Stop());
        await UpProcess.Gone(tree);
        TestContext.Current.SendDiagnosticMessage($"seed {seed}: {hits} hits, {sent} sessions, all right");
    }

    /// <summary>Sends one session after another, each resumed when its client had to give up, until chaos is over.</summary>
    /// <returns>How many answers came, all of them right.</returns>
    private async Task<int> SendAgainAndAgain(string address, string id, Task over)
    {
        for (var sent = 1; ; sent++)
        {
            using var client = new SingleServer.Client(address, datasets.Ordinary.Path, id);
            using var process = client.Start();
            for (var ended = await Coffee.End(process, PatienceMeanwhile); ended.ExitCode != 0;)
            {
                Assert.True(client.HasSession, ended.Error);
                using var resumed = client.Start("--resume");
                ended = await Coffee.End(resumed, PatienceMeanwhile);
            }

            client.Received(datasets.Ordinary);
            if (over.IsCompleted) return sent;
        }
    }

    private static async Task<int[]> EndOf(Task<int[]> sending, UpProcess up)
    {
        try
        {
            return await sending.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            var sessions = await Coffee.Run("sessions", "--http", up.Http);
            var logs = Directory.GetFiles(Path.Combine(up.State, "logs")).Select(file => $"{Path.GetFileName(file)}:\n{string.Join('\n', File.ReadLines(file).TakeLast(30))}");
            Assert.Fail($"Chaos is over, and sessions do not end.\n{sessions.Output}\n{string.Join("\n\n", logs)}");
            throw;
        }
    }

    private static async Task NothingIsLeft(string database, string broker, int complete)
    {
        await using (var storage = await PostgresStorage.OpenAsync(database, shards: null, TimeProvider.System)) await ClusterUnderTest.CheckAtRest(storage, complete, failed: 0);
        var topology = new RabbitMqTopology(Shards);
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var queue in topology.Queues.Append(RabbitMqTopology.Parking))
        {
            var left = 0u;
            await Eventually.Holds(
                async () =>
                {
                    left = await channel.MessageCountAsync(queue.Name, TestContext.Current.CancellationToken);
                    return left == 0;
                },
                () => $"{left} messages are left in {queue.Name}, expected none.");
        }
    }
}
