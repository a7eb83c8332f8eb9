using System.Collections.Concurrent;
using System.Globalization;
using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Cluster;
using CoffeeShop.Delivery;
using CoffeeShop.IntegrationTests.Drills;
using CoffeeShop.Services;
using CoffeeShop.Storage.Postgres;
using CoffeeShop.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>A cluster of processes on a virtual host and a database of its own.</summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    private readonly Broker _broker;
    private readonly string _virtualHost;
    private readonly string _brokerAddress;
    private readonly string _queueType;
    private readonly int? _shards;
    private readonly Dictionary<RoleProcess, (int Clients, int Http)> _ports = [];
    private readonly Dictionary<string, (Cable ToBroker, Cable ToDatabase)> _cables = [];

    private ClusterUnderTest(Broker broker, string virtualHost, string brokerAddress, string database, int? shards, string queueType)
    {
        (_broker, _virtualHost, _brokerAddress, Database, _shards, _queueType) = (broker, virtualHost, brokerAddress, database, shards, queueType);
    }

    public string Database { get; }

    public List<RoleProcess> Gateways { get; } = [];

    public List<RoleProcess> Filters { get; } = [];

    public List<RoleProcess> Aggregators { get; } = [];

    public List<RoleProcess> Joiners { get; } = [];

    public IEnumerable<RoleProcess> All => [.. Gateways, .. Filters, .. Aggregators, .. Joiners];

    /// <summary>What the processes have said last, for messages.</summary>
    public string Tail => string.Join("\n\n", All.Select(process => string.Join('\n', process.Log.Split('\n').TakeLast(40).Prepend($"{process}:"))));

    /// <summary>The processes of a role.</summary>
    public List<RoleProcess> Of(string role) => role switch
    {
        Roles.Gateway => Gateways,
        Roles.Filter => Filters,
        Roles.Aggregate => Aggregators,
        Roles.Join => Joiners,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "A role of a cluster."),
    };

    /// <summary>A cluster without processes.</summary>
    public static async Task<ClusterUnderTest> New(Broker broker, PostgresServer postgres, int? shards = null, string queueType = "quorum")
    {
        var options = await broker.NewVirtualHostAsync();
        return new ClusterUnderTest(broker, options.Address.VirtualHost, $"{broker.Service.UriOf(options.Address.VirtualHost)}", await postgres.NewDatabaseAsync(), shards, queueType);
    }

    /// <summary>A cluster with so many processes of each role.</summary>
    public static async Task<ClusterUnderTest> Start(Broker broker, PostgresServer postgres, Counts counts, int? shards = null, string queueType = "quorum")
    {
        var cluster = await New(broker, postgres, shards, queueType);
        await cluster.Scale(counts);
        return cluster;
    }

    /// <summary>From now on, new processes of a role reach broker and database through cables.</summary>
    public void Lay(string role, Cable toBroker, Cable toDatabase) => _cables[role] = (toBroker, toDatabase);

    /// <summary>Where clients of a gateway connect.</summary>
    public string Address(int gateway = 0) => $"127.0.0.1:{_ports[Gateways[gateway]].Clients}";

    /// <summary>Where a gateway tells of sessions and results.</summary>
    public string Http(int gateway = 0) => $"http://127.0.0.1:{_ports[Gateways[gateway]].Http}";

    /// <summary>Starts and stops processes until there are so many of each role.</summary>
    public async Task Scale(Counts counts)
    {
        // The first declares the topology; after it all can come at once.
        if (Gateways.Count == 0) await Grow(Gateways, Roles.Gateway, 1);
        await Task.WhenAll(
            Grow(Gateways, Roles.Gateway, counts.Gateways), Grow(Filters, Roles.Filter, counts.Filters),
            Grow(Aggregators, Roles.Aggregate, counts.Aggregators), Grow(Joiners, Roles.Join, counts.Joiners));
    }

    /// <summary>Adds a process that is not started.</summary>
    public RoleProcess Add(string role)
    {
        var process = New(role);
        Of(role).Add(process);
        return process;
    }

    /// <summary>Waits until the open sessions have got so far.</summary>
    /// <param name="progress">Groups of messages that owners have committed, of all sessions.</param>
    public async Task Reaches(long progress = 15)
    {
        await using var storage = await OpenStorage();
        var now = 0L;
        await Eventually.Holds(
            async () =>
            {
                now = (await storage.ListOpenSessionsAsync()).Sum(session => session.Progress);
                return now >= progress;
            },
            () => $"{now} groups have been committed, expected {progress}.\n{Tail}");
    }

    /// <summary>Waits until the broker blocks a connection on which one of the processes publishes.</summary>
    public async Task IsBlocked()
    {
        List<string> connections = [];
        await Eventually.Holds(
            async () =>
            {
                // The name of a connection is among the properties of its client: rabbitmqctl of version 3 lists it in no column of its own.
                var all = await _broker.Service.ControlAsync("list_connections", "vhost", "client_properties", "state");
                connections = [.. all.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith($"{_virtualHost}\t", StringComparison.Ordinal))];
                return connections.Exists(line => line.Contains(" publishing\"", StringComparison.Ordinal) && line.EndsWith("\tblocked", StringComparison.Ordinal));
            },
            () => $"Found these connections, expected one that publishes to be blocked:\n{string.Join('\n', connections)}\n{Tail}");
    }

    /// <summary>Deletes a queue with what is in it.</summary>
    public Task DeleteQueue(string queue) => _broker.Service.ControlAsync("delete_queue", "--vhost", _virtualHost, queue);

    /// <summary>How many messages each queue has, those with a consumer included.</summary>
    public Task<IReadOnlyDictionary<string, int>> Queues() => _broker.Service.QueuesAsync(_virtualHost);

    /// <summary>How many bytes wait in a classic queue, those that a consumer has in hand not counted.</summary>
    public async Task<long> WaitingBytes(QueueName queue)
    {
        var all = await _broker.Service.ControlAsync("list_queues", "--vhost", _virtualHost, "name", "message_bytes_ready");
        var fields = all.Split('\n').Select(line => line.Split('\t', StringSplitOptions.TrimEntries)).FirstOrDefault(fields => fields is [var name, _] && name == queue.Name);
        Assert.True(fields is not null, $"{queue} is not among these queues:\n{all}");
        return long.Parse(fields[1], CultureInfo.InvariantCulture);
    }

    /// <summary>All that waits in a queue, which it stays in.</summary>
    public async Task<IReadOnlyList<BusMessage>> Copy(QueueName queue)
    {
        var count = (await Queues())[queue.Name];
        var bundles = new ConcurrentQueue<IReadOnlyList<BusMessage>>();
        await using var connection = await new ConnectionFactory { Uri = new Uri(_brokerAddress) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            // Never acknowledged: it goes back to the queue when the connection ends.
            bundles.Enqueue(RabbitMqEnvelope.Read(delivery.BasicProperties, delivery.Body));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.Name, autoAck: false, consumer, TestContext.Current.CancellationToken);
        await Eventually.Holds(() => bundles.Count == count, () => $"{bundles.Count} bundles came from {queue}, expected {count}.");
        return [.. bundles.SelectMany(messages => messages)];
    }

    /// <summary>The bus, for a test to publish and consume as if it were one of the processes.</summary>
    public Task<RabbitMqBus> ConnectBus() => RabbitMqBus.ConnectAsync(new RabbitMqOptions(RabbitMqAddress.Parse(_brokerAddress)), NullLogger.Instance);

    /// <summary>The database, to look into.</summary>
    public Task<PostgresStorage> OpenStorage() => PostgresStorage.OpenAsync(Database, shards: null, TimeProvider.System);

    /// <summary>What must be left when all clients have their answers: the results, and nothing else.</summary>
    /// <param name="complete">How many sessions are complete.</param>
    /// <param name="failed">How many have failed. Others may be open whose client never heard of them; they have had no batch.</param>
    public async Task CheckAtRest(int complete, int failed = 0)
    {
        await using (var storage = await OpenStorage()) await CheckAtRest(storage, complete, failed);
        await QueuesAreEmpty();
    }

    /// <summary>What must be left in a database when all clients have their answers.</summary>
    public static async Task CheckAtRest(PostgresStorage storage, int complete, int failed)
    {
        var sessions = await storage.ListSessionsAsync();
        Assert.Equal(complete, sessions.Count(session => session.State == SessionState.Complete));
        Assert.Equal(failed, sessions.Count(session => session.State == SessionState.Failed));
        Assert.All(sessions, session => Assert.True(session.State is SessionState.Complete or SessionState.Open or SessionState.Failed, $"{session.Session.Id}: {session.State} {session.Reason}"));
        foreach (var session in sessions)
        {
            var footprint = await storage.MeasureAsync(session.Session.Id);
            Assert.Equal((0L, 0L, 0L), (footprint.JournalRecords, footprint.JournalBytes, footprint.Attempts));
        }
    }

    /// <summary>Waits until nothing is in the queues: what was repeated is dropped by its owner, a moment after the answers.</summary>
    public async Task QueuesAreEmpty()
    {
        List<string> left = [];
        await Eventually.Holds(
            async () =>
            {
                left = [.. (await Queues()).Where(queue => queue.Value > 0).Select(queue => $"{queue.Key} {queue.Value}")];
                return left.Count == 0;
            },
            () => $"Left in queues: {string.Join(", ", left)}; expected nothing.\n{Tail}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in All) await process.DisposeAsync();
    }

    private async Task Grow(List<RoleProcess> processes, string role, int count)
    {
        while (processes.Count > count)
        {
            var last = processes[^1];
            processes.RemoveAt(processes.Count - 1);
            Assert.Equal(0, await last.Stop());
            await last.DisposeAsync();
        }

        var added = Enumerable.Range(0, count - processes.Count).Select(_ => New(role)).ToList();
        processes.AddRange(added);
        await Task.WhenAll(added.Select(process => process.Start()));
    }

    private RoleProcess New(string role)
    {
        string[] shards = _shards is { } number ? ["--shards", $"{number}"] : [];
        var (broker, database) = _cables.TryGetValue(role, out var cables) ? (cables.ToBroker.Through(_brokerAddress), cables.ToDatabase.Through(Database)) : (_brokerAddress, Database);
        string[] addresses = ["--broker", broker, "--database", database, "--queue-type", _queueType];
        if (role != Roles.Gateway) return new RoleProcess(["worker", role, .. addresses, .. shards]);
        var ports = FreePorts.Find(2);
        var process = new RoleProcess(["serve", "--port", $"{ports[0]}", "--http", $"127.0.0.1:{ports[1]}", .. addresses, .. shards]);
        _ports[process] = (ports[0], ports[1]);
        return process;
    }
}

/// <summary>How many processes of each role.</summary>
internal sealed record Counts(int Gateways, int Filters, int Aggregators, int Joiners);
