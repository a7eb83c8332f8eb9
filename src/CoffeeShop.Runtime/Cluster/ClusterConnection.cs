using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Cluster;

/// <summary>What a process of a cluster shares with the others: the bus, the database, and its membership.</summary>
public sealed class ClusterConnection : IAsyncDisposable
{
    private const string TopologyStep = "topology";

    private readonly PostgresStorage _storage;
    private readonly RabbitMqBus _bus;
    private readonly Membership _membership;

    private ClusterConnection(PostgresStorage storage, RabbitMqBus bus, Membership membership, Placement placement) =>
        (_storage, _bus, _membership, Placement) = (storage, bus, membership, placement);

    /// <summary>The database.</summary>
    public IStorage Storage => _storage;

    /// <summary>The members.</summary>
    public IMembers Members => _storage;

    /// <summary>The bus.</summary>
    public IBus Bus => _bus;

    /// <summary>This process among the members.</summary>
    public Membership Membership => _membership;

    /// <summary>Which destinations had better be here.</summary>
    public Placement Placement { get; }

    /// <summary>Connects. The first process of a cluster declares its queues; the others check that they are there.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="role">The role of this process.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="logs">Gets what happens.</param>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    /// <exception cref="BusSetupException">The broker cannot be used.</exception>
    /// <exception cref="Configuration.ConfigurationException">An address is wrong.</exception>
    public static async Task<ClusterConnection> OpenAsync(ClusterOptions options, string role, TimeProvider clock, ILoggerFactory logs)
    {
        var log = logs.CreateLogger("Cluster");
        var name = options.NodeId ?? Membership.NameOf(role);
        var broker = new RabbitMqOptions(RabbitMqAddress.Parse(options.Broker)) { Name = name };
        var storage = await PostgresStorage.OpenAsync(options.Database, options.Shards, clock, name);
        RabbitMqBus? bus = null;
        try
        {
            await PrepareAsync(new RabbitMqTopology(storage.Shards) { QueueType = options.QueueType }, broker, storage, log);
            bus = await RabbitMqBus.ConnectAsync(broker, logs.CreateLogger("Bus"));
            var placement = new Placement();
            var membership = await Membership.JoinAsync(storage, role, name, placement, clock, log);
            log.Joined(role, membership.Self.Name, $"{broker.Address}", storage.Shards);
            return new ClusterConnection(storage, bus, membership, placement);
        }
        catch
        {
            if (bus is not null) await bus.DisposeAsync();
            await storage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the broker answers.</summary>
    /// <param name="patience">How long it may take.</param>
    public Task<bool> BrokerAnswersAsync(TimeSpan patience) => _bus.AnswersAsync(patience);

    /// <summary>Leaves the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        await _membership.DisposeAsync();
        await _bus.DisposeAsync();
        await _storage.DisposeAsync();
    }

    private static async Task PrepareAsync(RabbitMqTopology topology, RabbitMqOptions broker, PostgresStorage storage, ILogger log)
    {
        if (await storage.RunOnceAsync(TopologyStep, () => topology.DeclareAsync(broker)))
        {
            log.TopologyDeclared($"{broker.Address}", topology.Shards);
            return;
        }

        // Those that are open before the look: whatever begins afterwards has found all queues.
        var open = await storage.ListOpenSessionsAsync();
        try
        {
            await topology.CheckAsync(broker);
        }
        catch (BusSetupException e) when (e.Missing is { } missing)
        {
            foreach (var session in open) await storage.EndSessionAsync(session.Session.Id, SessionState.Failed, $"{missing} has vanished from the broker, and messages with it. Send the session again.");
            log.QueueVanished($"{broker.Address}", missing, open.Count);
            await topology.DeclareAsync(broker);
            log.TopologyDeclared($"{broker.Address}", topology.Shards);
        }
    }
}
