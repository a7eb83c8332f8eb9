using System.CommandLine;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Cluster;
using CoffeeShop.Configuration;
using CoffeeShop.Delivery;

namespace CoffeeShop.Commands;

/// <summary>What says to which cluster a process belongs. Addresses hold passwords, which a list of processes shows: the environment is the better place.</summary>
internal sealed class ClusterSettings
{
    /// <summary>The variable of the broker's address.</summary>
    public const string BrokerVariable = "COFFEE_BROKER";

    /// <summary>The variable of the database's address.</summary>
    public const string DatabaseVariable = "COFFEE_DATABASE";

    /// <summary>The documents' name of a process.</summary>
    public const string NodeIdVariable = "NODE_ID";

    private const int ShardsMax = 1024;
    private const string SnapshotIntervalVariable = "SNAPSHOT_INTERVAL";

    private readonly Option<string?> _broker = new("--broker") { Description = $"RabbitMQ: amqp://USER:PASSWORD@HOST:PORT/VHOST; or the variable {BrokerVariable}", HelpName = "URI" };
    private readonly Option<string?> _database = new("--database") { Description = $"PostgreSQL: postgres://USER:PASSWORD@HOST:PORT/DATABASE; or the variable {DatabaseVariable}", HelpName = "URI" };

    private readonly TextOption _shards = new(
        "--shards", "The number of shards of a new cluster; 8 when nothing says so, and the same from then on", "N", byDefault: null, text => ParseShards(text) is not null, $"a whole number from 1 to {ShardsMax}");

    private readonly TextOption _queueType = new(
        "--queue-type", "How RabbitMQ keeps the queues of a new cluster: quorum when nothing says so, or classic for a broker of one node; of one that is there it must be right", "TYPE", byDefault: null, text => ParseQueueType(text) is not null, "quorum or classic");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_broker, _database, _shards, _queueType]) command.Add(option);
    }

    /// <summary>The cluster; null when nothing names one.</summary>
    /// <exception cref="ConfigurationException">Only half of it is named, or a variable is wrong.</exception>
    public ClusterOptions? Parse(ParseResult parsed)
    {
        var broker = parsed.GetValue(_broker) ?? Environment.GetEnvironmentVariable(BrokerVariable);
        var database = parsed.GetValue(_database) ?? Environment.GetEnvironmentVariable(DatabaseVariable);
        if (broker is null && database is null) return null;
        if (broker is null) throw new ConfigurationException($"Found a database and no broker, expected both: name the broker by --broker or {BrokerVariable}.");
        if (database is null) throw new ConfigurationException($"Found a broker and no database, expected both: name the database by --database or {DatabaseVariable}.");
        return new ClusterOptions(broker, database)
        {
            Shards = parsed.GetValue(_shards) is { } shards ? ParseShards(shards) : null,
            QueueType = parsed.GetValue(_queueType) is { } type ? ParseQueueType(type) : null,
            NodeId = ReadNodeId(),
        };
    }

    /// <summary>The cluster.</summary>
    /// <exception cref="ConfigurationException">None is named, or a variable is wrong.</exception>
    public ClusterOptions Require(ParseResult parsed) => Parse(parsed)
        ?? throw new ConfigurationException($"Found no cluster: name its broker and its database by --broker and --database, or by {BrokerVariable} and {DatabaseVariable}.");

    /// <summary>The addresses for the processes of a cluster that this process starts.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isPrivate">Whether the servers are private ones, which nothing may name.</param>
    /// <returns>Null for private servers.</returns>
    /// <exception cref="ConfigurationException">None are named, or half of them, or private ones are.</exception>
    public ClusterAddresses? Addresses(ParseResult parsed, bool isPrivate)
    {
        if (isPrivate)
        {
            // What the environment says is overridden by the flag.
            return parsed.GetValue(_broker) is null && parsed.GetValue(_database) is null ? null
                : throw new ConfigurationException("Found --services with --broker or --database, expected one or the other: --services starts a broker and a database of its own.");
        }

        return Parse(parsed) is { } cluster ? new ClusterAddresses(cluster.Broker, cluster.Database)
            : throw new ConfigurationException($"Found no broker and no database: let --services start private ones, or name yours by --broker and --database, or by {BrokerVariable} and {DatabaseVariable}.");
    }

    /// <summary>What other processes of the cluster are told beside the addresses.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="queueType">How the queues are kept unless the command line says it; null for as they are.</param>
    public IReadOnlyList<string> Flags(ParseResult parsed, string? queueType) => [.. Flag(_shards, parsed.GetValue(_shards)), .. Flag(_queueType, parsed.GetValue(_queueType) ?? queueType)];

    /// <summary>How owners work, as the documents' variables say. Of those that count what is counted anyway, a notice is given.</summary>
    /// <exception cref="ConfigurationException">A variable is wrong.</exception>
    public static OwnerOptions ReadOwnerOptions()
    {
        foreach (var name in (string[])["EXPECTED_EOFS", "TOP_THREE_CLIENTS_REPLICAS"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                Console.Error.WriteLine($"note: {name}={value} has no effect: which ends are awaited follows from the session, and its inputs are counted.");
        }

        if (Environment.GetEnvironmentVariable(SnapshotIntervalVariable) is not { } interval) return new OwnerOptions();
        return Settings.Number(1, int.MaxValue)(interval) is { } messages
            ? new OwnerOptions { SnapshotInterval = messages }
            : throw new ConfigurationException($"environment variable {SnapshotIntervalVariable}: found \"{interval}\", expected a whole number of messages from 1.");
    }

    private static string[] Flag(TextOption option, string? value) => value is null ? [] : [option.Name, value];

    private static string? ReadNodeId()
    {
        if (Environment.GetEnvironmentVariable(NodeIdVariable) is not { } id) return null;
        return id.Length is >= 1 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? id
            : throw new ConfigurationException($"environment variable {NodeIdVariable}: found \"{id}\", expected 1 to 64 letters, digits, dots, underscores or hyphens.");
    }

    private static int? ParseShards(string text) => Settings.Number(1, ShardsMax)(text);

    private static RabbitMqQueueType? ParseQueueType(string text) => text switch
    {
        "quorum" => RabbitMqQueueType.Quorum,
        "classic" => RabbitMqQueueType.Classic,
        _ => null,
    };
}
