using System.Collections.Concurrent;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Services;
using CoffeeShop.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>One private broker for all tests of the collection, which run one after the other, since some kill it. Each has a virtual host of its own.</summary>
public sealed class Broker : IAsyncLifetime
{
    private const int VirtualHosts = 20;

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Queue<string> _unused = new();
    private int _made;
    private RabbitMqService? _service;

    internal RabbitMqService Service => _service ?? throw new InvalidOperationException("The broker has not been started.");

    public async ValueTask InitializeAsync() => _service = await RabbitMqService.StartAsync(new RabbitMqServiceOptions(_folder.Path), _log.Enqueue);

    /// <summary>The options for a new virtual host, in which nothing is declared.</summary>
    internal async Task<RabbitMqOptions> NewVirtualHostAsync()
    {
        // Many in one call: what takes its time is the start of the program.
        if (_unused.Count == 0)
        {
            var names = Enumerable.Range(_made, VirtualHosts).Select(number => $"test{number}").ToList();
            _made += VirtualHosts;
            await Service.ControlAsync("eval", $$"""
                [begin
                     rabbit_vhost:add(Name, <<"test">>),
                     rabbit_auth_backend_internal:set_permissions(<<"{{RabbitMqService.User}}">>, Name, <<".*">>, <<".*">>, <<".*">>, <<"test">>)
                 end || Name <- [{{string.Join(", ", names.Select(name => $"<<\"{name}\">>"))}}]], ok.
                """);
            foreach (var name in names) _unused.Enqueue(name);
        }

        return new RabbitMqOptions(RabbitMqAddress.Parse($"{Service.UriOf(_unused.Dequeue())}")) { ConnectPatience = TimeSpan.Zero };
    }

    /// <summary>A bus on a new virtual host, where its queues are declared.</summary>
    internal async Task<RabbitMqBus> NewBusAsync(RabbitMqTopology topology) => await ConnectAsync(await NewVirtualHostAsync(), topology);

    /// <summary>A bus on a new virtual host, whose queues have a bound.</summary>
    internal async Task<RabbitMqBus> NewBusAsync(RabbitMqTopology topology, long queueBytesMax) =>
        await ConnectAsync(await NewVirtualHostAsync() with { QueueBytesMax = queueBytesMax }, topology);

    internal static async Task<RabbitMqBus> ConnectAsync(RabbitMqOptions options, RabbitMqTopology topology)
    {
        await topology.DeclareAsync(options);
        return await RabbitMqBus.ConnectAsync(options, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.StopAsync();
            await _service.DisposeAsync();
        }

        _folder.Dispose();
    }
}

/// <summary>The tests that share the broker.</summary>
[CollectionDefinition(Name)]
public sealed class BrokerTests : ICollectionFixture<Broker>
{
    public const string Name = "broker";
}
