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
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(250), PauseMax = TimeSpan.FromSeconds(2);

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

    /// <summary>
    /// Connects. The first process of a cluster declares its queues; the others check that they are there. Trouble that may
    /// pass is waited out for a while, and told.
    /// </summary>
    /// <param name="options">The cluster.</param>
    /// <param name="role">The role of this process.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="logs">Gets what happens.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    /// <exception cref="BusSetupException">The broker cannot be used.</exception>
    /// <exception cref="Configuration.ConfigurationException">An address is wrong.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before.</exception>
    public static async Task<ClusterConnection> OpenAsync(ClusterOptions options, string role, TimeProvider clock, ILoggerFactory logs, CancellationToken stop)
    {
        var (begun, log) = (clock.GetTimestamp(), logs.CreateLogger("Cluster"));
        var pause = PauseMin;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OpenOnceAsync(options, role, clock, logs, log);
            }
            catch (Exception e) when (IsPassing(e) && clock.GetElapsedTime(begun) + pause < options.StartPatience)
            {
                log.JoiningAgain(role, attempt, pause.TotalMilliseconds, e.Message);
                await Task.Delay(pause, clock, stop);
                if (pause < PauseMax) pause *= 2;
            }
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

    private static bool IsPassing(Exception e) => e is StorageException { IsLasting: false } or BusSetupException { IsPassing: true };

    private static async Task<ClusterConnection> OpenOnceAsync(ClusterOptions options, string role, TimeProvider clock, ILoggerFactory logs, ILogger log)
    {
        var name = options.NodeId ?? Membership.NameOf(role);
        // Whoever calls waits, and looks after the database as well.
        var broker = new RabbitMqOptions(RabbitMqAddress.Parse(options.Broker)) { Name = name, ConnectPatience = TimeSpan.Zero };
        var storage = await PostgresStorage.OpenAsync(options.Database, options.Shards, clock, name);
        RabbitMqBus? bus = null;
        try
        {
            await PrepareAsync(options.QueueType, broker, storage, log);
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

    private static async Task PrepareAsync(RabbitMqQueueType? queueType, RabbitMqOptions broker, PostgresStorage storage, ILogger log)
    {
        var topology = new RabbitMqTopology(storage.Shards) { QueueType = queueType ?? RabbitMqQueueType.Quorum };
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
            if (queueType is not null) await topology.CheckQueueTypeAsync(broker);
        }
        catch (BusSetupException e) when (e.Missing is { } missing)
        {
            foreach (var session in open) await storage.EndSessionAsync(session.Session.Id, SessionState.Failed, $"{missing} has vanished from the broker, and messages with it. Send the session again.");
            log.QueueVanished($"{broker.Address}", missing, open.Count);
            if (queueType is null) topology = topology with { QueueType = await topology.FindQueueTypeAsync(broker) };
            await topology.DeclareAsync(broker);
            log.TopologyDeclared($"{broker.Address}", topology.Shards);
        }
    }
}
