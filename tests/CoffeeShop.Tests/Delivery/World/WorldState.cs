using CoffeeShop.Delivery;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>
/// A whole system in one thread: clients, gateways, filters, owners, a bus and a database. Everything that happens follows from a
/// seed and from the numbers of its steps. The machines of delivery and the code of the workers are the real ones.
/// </summary>
internal sealed partial class WorldState
{
    private const int AttemptsMax = 12;

    private readonly List<WorldGateway> _gateways;
    private readonly List<OwnerProcess> _owners = [];
    private readonly List<WorldProcess> _processes = [];
    private readonly List<WorldClient> _clients = [];
    private readonly List<string>? _told;
    private readonly int[] _weights;
    private readonly int _weightOfAll;
    private int _step;
    private string? _violation;

    public WorldState(int seed, Faults faults, Mutant mutant, bool isTold)
    {
        var random = new Random(seed);
        (Dice, Mutant, _told) = (new Dice(faults), mutant, isTold ? [] : null);
        Dice.Begin((ulong)seed);
        Shards = random.Pick(1, 2, 2, 3);
        var isBroker = random.OneIn(2);
        var guilty = random.Next(5);
        var sessions = new List<(WorldSession Session, Guilt Guilt, byte Protocol)>();
        for (var number = 1; number <= random.Pick(1, 1, 2, 3); number++)
        {
            var protocol = random.OneIn(2) ? (byte)1 : (byte)2;
            var guilt = number != guilty ? Guilt.None : protocol == 1 ? Guilt.Poison : random.Pick(Guilt.LyingSum, Guilt.TwoContents, Guilt.Poison);
            sessions.Add((WorldSession.OfPool(random, number, Shards, guilt == Guilt.LyingSum), guilt, protocol));
        }

        Database = new WorldDatabase(this, sessions.Select(entry => entry.Session), sessions.Where(entry => entry.Protocol == 1).Select(entry => entry.Session.Id).ToHashSet());
        Bus = new WorldBus(this, isBroker);
        foreach (var (session, guilt, protocol) in sessions) _clients.Add(NewClient(random, session, guilt, protocol));
        _gateways = [.. Enumerable.Range(1, isBroker ? 2 : 1).Select(number => new WorldGateway(this, number))];
        _processes.AddRange(_gateways);
        _processes.AddRange(Enumerable.Range(1, random.Pick(1, 2)).Select(number => new FilterProcess(this, number)));
        // Two processes for each destination of a cluster: one of them is a standby, or believes that it still is the owner.
        foreach (var destination in Topology.All(Shards))
        {
            for (var number = 1; number <= (isBroker ? 2 : 1); number++)
            {
                _owners.Add(new OwnerProcess(this, destination, number, new OwnerOptions
                {
                    GroupBytesMax = random.Pick(1, 200, 100_000),
                    SnapshotBytesMin = random.Pick(50, 1000, 1_000_000),
                    SnapshotInterval = random.Pick<int?>(null, 1, 3),
                    IsComplete = MutatedRule(mutant),
                }));
            }
        }

        _processes.AddRange(_owners);
        Dice.Calm = random.Pick(1, 2, 4, 12);
        // Now the database is slow, now the bus, now the clients.
        _weights = [random.Pick(5, 20, 40), random.Pick(5, 20, 40), random.Pick(5, 20, 40), random.Pick(5, 20, 40), random.Pick(5, 20)];
        _weightOfAll = _weights.Sum();
        if (IsTold) Tell($"{(isBroker ? "a broker" : "a single server")}, {Shards} shards, sessions {string.Join(", ", _clients.Select(client => $"{NumberOf(client.Session.Id)} (version {client.Protocol}, guilt {client.Guilt})"))}");
    }

    public Dice Dice { get; }

    public Mutant Mutant { get; }

    public int Shards { get; }

    public WorldDatabase Database { get; }

    public WorldBus Bus { get; }

    /// <summary>Whether somebody wants to know what happens.</summary>
    public bool IsTold => _told is not null;

    /// <summary>What has happened.</summary>
    public IReadOnlyList<string> Told => _told ?? [];

    public static int NumberOf(SessionId session) => session.Value.ToByteArray()[0];

    public void Tell(string what) => _told?.Add($"{_step,5}  {what}");

    /// <summary>Something happens.</summary>
    /// <param name="step">The number that decides what.</param>
    public void Step(ulong step)
    {
        _step++;
        Dice.Begin(step);
        Happen();
        if (_violation is not null) throw new WorldViolation(_violation);
    }

    /// <summary>Demands something that must always hold. Whoever catches what is thrown here does not hide it.</summary>
    public void Require(bool holds, string what)
    {
        if (holds) return;
        _violation ??= what;
        throw new WorldViolation(what);
    }

    /// <summary>A gateway that takes a connection.</summary>
    public WorldGateway? FindGateway() => Dice.Pick(_gateways) is { IsPaused: false } gateway ? gateway : null;

    /// <summary>The hash sum as the system says it.</summary>
    public ulong SumOf(ulong sum) => Mutant == Mutant.NoHashSum ? 0 : sum;

    /// <summary>What a client with two contents sends besides.</summary>
    public Message OtherContentOf(Message message) => WorldSession.BatchMessage(message.Session, Queries.Batches.Random(new Random(7), message.Input.Table!, 3), message.Number);

    private void Happen()
    {
        if (Dice.OneIn(30 * Dice.Calm)) Disturb();
        else if (Dice.OneIn(60)) WakeSomebody();
        // Much of what could happen is waiting for something else.
        for (var attempts = 0; attempts < AttemptsMax && !TryHappen(); attempts++)
        {
        }
    }

    private bool TryHappen()
    {
        var kind = Dice.Next(_weightOfAll);
        if ((kind -= _weights[0]) < 0) return Database.UnderWay > 0 && Database.Advance(Dice.Next(Database.UnderWay));
        if ((kind -= _weights[1]) < 0) return Bus.UnderWay > 0 && Bus.Advance(Dice.Next(Bus.UnderWay));
        if ((kind -= _weights[2]) < 0) return Bus.Dispatch(Dice.Pick(Bus.Queues));
        return kind < _weights[3] ? Run(Dice.Pick(_processes)) : Dice.Pick(_clients).Step();
    }

    private static bool Run(WorldProcess process) => !process.IsPaused && process.Step();

    private WorldClient NewClient(Random random, WorldSession session, Guilt guilt, byte protocol)
    {
        var batches = session.Batches.Where(batch => batch.Kind == MessageKind.Batch).ToArray();
        if (batches.Length == 0 && guilt is Guilt.Poison or Guilt.TwoContents && batches.Length == 0) guilt = Guilt.None;
        var victim = guilt is Guilt.Poison or Guilt.TwoContents ? random.Pick(batches) : null;
        return protocol == 1 ? new WorldVersion1Client(this, session, guilt, victim) : new WorldClient(this, session, guilt, victim);
    }
}

/// <summary>A rule has been broken.</summary>
internal sealed class WorldViolation(string what) : Exception(what)
{
    /// <summary>Demands something where nobody catches what is thrown.</summary>
    public static void Unless(bool holds, string what)
    {
        if (!holds) throw new WorldViolation(what);
    }
}
