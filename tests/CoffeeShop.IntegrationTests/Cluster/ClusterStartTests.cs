using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>All of a cluster may be started at once: its processes wait for their servers, and not for what does not pass.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "cluster")]
public sealed class ClusterStartTests(Broker broker, PostgresServer postgres, Datasets datasets) : IClassFixture<Datasets>
{
    private const string Nobody = "127.0.0.1:1";
    private const string Again = "action: join_cluster | result: in_progress";

    [Fact]
    public async Task Processes_that_start_before_their_servers_wait_for_them()
    {
        await using var cluster = await ClusterUnderTest.New(broker, postgres, shards: 4);
        await broker.Service.StopAsync();
        await postgres.Service.StopAsync();
        RoleProcess[] processes;
        try
        {
            processes = [cluster.Add(Roles.Gateway), cluster.Add(Roles.Filter), cluster.Add(Roles.Aggregate), cluster.Add(Roles.Join)];
            foreach (var process in processes) process.Launch();
            await processes[0].Says("cannot be reached");
        }
        finally
        {
            await postgres.Service.StartAsync();
        }

        try
        {
            await processes[0].Says("was not reached");
        }
        finally
        {
            await broker.Service.StartAsync();
        }

        await Task.WhenAll(processes.Select(process => process.BeReady()));
        await Sending.Whole(cluster, datasets.EdgeCases);
        await cluster.CheckAtRest(complete: 1);
    }

    [Fact]
    public async Task What_stays_unreachable_is_told_after_a_while()
    {
        var (address, database) = ($"{broker.Service.UriOf((await broker.NewVirtualHostAsync()).Address.VirtualHost)}", await postgres.NewDatabaseAsync());
        var noDatabase = await Assert.ThrowsAsync<StorageException>(() => Open(address, $"postgres://nobody:x@{Nobody}/cafe", Again));
        Assert.Contains("cannot be reached", noDatabase.Message, StringComparison.Ordinal);
        var noBroker = await Assert.ThrowsAsync<BusSetupException>(() => Open($"amqp://{Nobody}", database, Again));
        Assert.Contains("was not reached", noBroker.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_pass_is_told_at_once()
    {
        var (address, database) = (broker.Service.UriOf((await broker.NewVirtualHostAsync()).Address.VirtualHost), await postgres.NewDatabaseAsync());
        var password = new Uri(database).UserInfo.Split(':')[1];
        await Assert.ThrowsAsync<StorageException>(() => Open($"{address}", database.Replace(password, "wrong", StringComparison.Ordinal), said: null));
        await Assert.ThrowsAsync<StorageException>(() => Open($"{address}", $"{database}none", said: null));
        await Assert.ThrowsAsync<BusSetupException>(() => Open($"{address}none", database, said: null));
        await Assert.ThrowsAsync<BusSetupException>(() => Open($"amqp://coffee:wrong@{address.Authority}{address.AbsolutePath}", database, said: null));
    }

    [Fact]
    public async Task Queues_of_another_type_than_is_asked_for_are_told_at_once_and_taken_when_none_is()
    {
        var (address, database) = ($"{broker.Service.UriOf((await broker.NewVirtualHostAsync()).Address.VirtualHost)}", await postgres.NewDatabaseAsync());
        await Join(RabbitMqQueueType.Classic);
        await Join(RabbitMqQueueType.Classic);
        await Join(null);
        var other = await Assert.ThrowsAsync<BusSetupException>(() => Join(RabbitMqQueueType.Quorum));
        Assert.Contains("found otherwise", other.Message, StringComparison.Ordinal);
        Assert.Contains("x-queue-type = quorum", other.Message, StringComparison.Ordinal);

        // One that has vanished is made again as the others are.
        await broker.Service.ControlAsync("delete_queue", "--vhost", new Uri(address).AbsolutePath[1..], QueueName.Filter.Name);
        await Join(null);
        await Join(RabbitMqQueueType.Classic);

        async Task Join(RabbitMqQueueType? type)
        {
            await using var cluster = await ClusterConnection.OpenAsync(
                new ClusterOptions(address, database) { QueueType = type }, Roles.Filter, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        }
    }

    // With little patience. Nothing is said when nothing is tried again.
    private static async Task Open(string address, string database, string? said)
    {
        var log = new LogWatch();
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(new WatchProvider(log)));
        var options = new ClusterOptions(address, database) { StartPatience = TimeSpan.FromMilliseconds(900) };
        try
        {
            await using var connection = await ClusterConnection.OpenAsync(options, Roles.Filter, TimeProvider.System, logs, TestContext.Current.CancellationToken);
        }
        finally
        {
            if (said is null) Assert.DoesNotContain(Again, log.Text, StringComparison.Ordinal);
            else Assert.Contains(said, log.Text, StringComparison.Ordinal);
        }
    }

    private sealed class WatchProvider(LogWatch log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void Dispose()
        {
        }
    }
}
