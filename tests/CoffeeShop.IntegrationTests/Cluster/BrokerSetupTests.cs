using System.Net;
using System.Net.Sockets;
using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Delivery;
using CoffeeShop.Services;
using CoffeeShop.Tests.Bus;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>What is wrong with the broker is told in words, at the start.</summary>
[Collection(BrokerTests.Name)]
public sealed class BrokerSetupTests(Broker broker)
{
    private static readonly RabbitMqTopology Topology = new(Shards: 2);

    [Fact]
    public async Task A_wrong_password_is_told() =>
        await ConnectFailsAsync(options => options with { Address = options.Address with { Password = "wrong" } }, "refused the user \"coffee\" or the password");

    [Fact]
    public async Task A_missing_virtual_host_is_told() =>
        await ConnectFailsAsync(options => options with { Address = options.Address with { VirtualHost = "nowhere" } }, "virtual host nowhere", "not found", "rabbitmqctl add_vhost");

    [Fact]
    public async Task A_broker_that_is_not_there_is_told() =>
        await ConnectFailsAsync(options => options with { Address = options.Address with { Port = 1 } }, "127.0.0.1:1", "was not reached", "Start it");

    [Fact]
    public async Task Missing_permissions_are_told()
    {
        var options = await broker.NewVirtualHostAsync();
        var user = options.Address.VirtualHost;
        await broker.Service.ControlAsync("add_user", user, "secret");
        var foreign = options with { Address = options.Address with { User = user, Password = "secret" } };
        await FailsAsync(() => RabbitMqBus.ConnectAsync(foreign, NullLogger.Instance), "refused the virtual host", user, "set_permissions");
        await broker.Service.ControlAsync("set_permissions", "-p", options.Address.VirtualHost, user, "", "", ".*");
        await FailsAsync(() => Topology.DeclareAsync(foreign), "The exchange coffee", "not permitted", user, "set_permissions");
    }

    [Fact]
    public async Task Queues_of_another_kind_are_told()
    {
        var options = await broker.NewVirtualHostAsync();
        await Topology.DeclareAsync(options);
        await Topology.DeclareAsync(options);
        await Topology.CheckAsync(options);
        await FailsAsync(() => (Topology with { QueueType = RabbitMqQueueType.Classic }).DeclareAsync(options), "found otherwise", "'quorum'", "Expected", "x-queue-type = classic");
        await FailsAsync(() => Topology.DeclareAsync(options with { QueueBytesMax = 5 }), "found otherwise", "x-max-length-bytes");
        await Topology.CheckQueueTypeAsync(options);
        await FailsAsync(() => (Topology with { QueueType = RabbitMqQueueType.Classic }).CheckQueueTypeAsync(options), "The queue parking", "found otherwise", "'quorum'", "Expected", "x-queue-type = classic");
        await FailsAsync(() => new RabbitMqTopology(Shards: 3).CheckAsync(options), "The queue shard.2 was not found", "Start the cluster first");
        await FailsAsync(() => new RabbitMqTopology(Shards: 1).CheckAsync(options), "The queue shard.1 was found", "the cluster has 1 shards");
    }

    [Fact]
    public async Task A_missing_queue_is_told_to_whoever_needs_it_and_the_bus_goes_on()
    {
        var options = await broker.NewVirtualHostAsync();
        await using var bus = await RabbitMqBus.ConnectAsync(options, NullLogger.Instance);
        // Without the exchange too, for which the broker closes the channel.
        Assert.Equal(QueueName.Filter, (await Assert.ThrowsAsync<QueueMissingException>(() => bus.PublishAsync(QueueName.Filter, BusSample.Message(1)))).Queue);
        await Topology.DeclareAsync(options);
        var missing = QueueName.Of(Destination.Shard(7));
        var (sent, returned) = (bus.PublishAsync(QueueName.Filter, BusSample.Message(2)), bus.PublishAsync(missing, BusSample.Message(3)));
        await sent;
        Assert.Equal(missing, (await Assert.ThrowsAsync<QueueMissingException>(() => returned)).Queue);
        Assert.Equal(missing, (await Assert.ThrowsAsync<QueueMissingException>(() => bus.SubscribeAsync(missing, prefetch: 1, TestContext.Current.CancellationToken))).Queue);
        await bus.PublishAsync(QueueName.Filter, BusSample.Message(4));
    }

    [Fact]
    public async Task A_consumer_is_told_when_its_queue_is_deleted()
    {
        var options = await broker.NewVirtualHostAsync();
        await using var bus = await Broker.ConnectAsync(options, Topology);
        await using var subscription = await bus.SubscribeAsync(QueueName.Filter, prefetch: 1, TestContext.Current.CancellationToken);
        await broker.Service.ControlAsync("delete_queue", "-p", options.Address.VirtualHost, QueueName.Filter.Name);
        await subscription.Deliveries.Completion.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_broker_that_does_not_start_says_why()
    {
        using var folder = new Tests.TemporaryFolder();
        // The first is where the other broker listens; the others are free.
        folder.Write("ports", $"{broker.Service.Port} {FreePort()} {FreePort()}");
        var failure = await Assert.ThrowsAsync<ServiceException>(() => RabbitMqService.StartAsync(new RabbitMqServiceOptions(folder.Path), _ => { }));
        Assert.Contains(folder.Path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("eaddrinuse", failure.Message, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task ConnectFailsAsync(Func<RabbitMqOptions, RabbitMqOptions> change, params string[] parts)
    {
        var options = change(await broker.NewVirtualHostAsync());
        await FailsAsync(() => RabbitMqBus.ConnectAsync(options, NullLogger.Instance), parts);
    }

    private static async Task FailsAsync(Func<Task> attempt, params string[] parts)
    {
        var failure = await Assert.ThrowsAsync<BusSetupException>(attempt);
        foreach (var part in parts) Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        TestContext.Current.SendDiagnosticMessage(failure.Message);
    }
}
