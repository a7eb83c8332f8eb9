using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Delivery;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A message on its way to a destination.</summary>
internal sealed class WorldMessage(Message message, Action acknowledged)
{
    public Message Message => message;

    public void Acknowledged() => acknowledged();
}

/// <summary>
/// A whole system in one thread: clients, filter, queues, owners, database. Everything that happens follows from a seed.
/// The machines under test are the real ones.
/// </summary>
internal sealed class WorldState
{
    private readonly Dictionary<Destination, List<WorldMessage>> _queues;
    private readonly List<WorldOwner> _owners;
    private readonly BatchFilter _filter = new();
    private readonly Dictionary<(Destination, SessionId, Input, long), ulong> _contents = [];

    public WorldState(Random random, int shards, bool isBroker, params IEnumerable<WorldSession> sessions)
    {
        (Random, IsBroker) = (random, isBroker);
        Sessions = sessions.ToDictionary(session => session.Id);
        Journal = new WorldJournal(Sessions);
        _queues = Topology.All(shards).ToDictionary(destination => destination, _ => new List<WorldMessage>());
        // Two processes for each destination: one of them may be a standby, or believe that it still is the owner.
        _owners = [.. _queues.Keys.SelectMany(destination => Enumerable.Range(0, 2).Select(_ => new WorldOwner(this, destination)))];
    }

    public Random Random { get; }

    /// <summary>Whether what is published outlives the process, and is confirmed before it is consumed.</summary>
    public bool IsBroker { get; }

    public bool HasFaults { get; set; } = true;

    public IReadOnlyDictionary<SessionId, WorldSession> Sessions { get; }

    public WorldJournal Journal { get; }

    public void Step()
    {
        switch (Random.Next(100))
        {
            case < 30: Send(); break;
            case < 90: Random.Pick(_owners.ToArray()).Step(); break;
            case < 94: Random.Pick(_owners.ToArray()).LookForEnded(); break;
            case < 98: Random.Pick(_owners.ToArray()).Drop(); break;
            case 98 when !IsBroker: LosePower(); break;
            default: CheckResults(); break;
        }
    }

    /// <summary>Faults off, a fair schedule: everything must come to rest.</summary>
    public void Rest()
    {
        HasFaults = false;
        // One owner of each destination is left; the other one's deliveries go back.
        var owners = _owners.Where((_, i) => i % 2 == 0).ToList();
        foreach (var owner in _owners) owner.Drop();
        for (var round = 0; ; round++)
        {
            Assert.True(round < 1000, "the world does not come to rest");
            foreach (var batch in Sessions.Values.SelectMany(session => session.Batches).Where(batch => !batch.IsAcknowledged && batch.UnderWay == 0)) Send(batch);
            foreach (var owner in owners) owner.Step();
            foreach (var owner in owners) owner.LookForEnded();
            if (round > 3 && owners.All(owner => owner.IsIdle) && _queues.Values.All(queue => queue.Count == 0)) break;
        }

        CheckResults();
        Assert.Equal(0, Journal.Leftovers);
        Assert.All(owners, owner => Assert.Empty(owner.Sessions));
        foreach (var session in Sessions.Values)
        {
            Assert.True(session.State == (session.Expected is null ? SessionState.Failed : SessionState.Complete), $"{session.Id} is {session.State}: {session.Reason}");
            Assert.All(session.Batches, batch => Assert.True(batch.IsAcknowledged));
            if (session.Expected is not null) Assert.Equal((session.Expected, true), session.Delivered());
        }
    }

    public bool TryTake(Destination destination, [NotNullWhen(true)] out WorldMessage? message)
    {
        var queue = _queues[destination];
        message = queue.Count == 0 ? null : queue[Random.Next(queue.Count)];
        if (message is not null) queue.Remove(message);
        return message is not null;
    }

    public void Return(Destination destination, IEnumerable<WorldMessage> messages) => _queues[destination].AddRange(messages);

    /// <summary>Publishes a message, now and then twice.</summary>
    public void Publish(Destination destination, Message message, Action confirmed)
    {
        CheckContent(destination, message);
        if (IsBroker)
        {
            _queues[destination].Add(new WorldMessage(message, () => { }));
            confirmed();
        }
        else
        {
            _queues[destination].Add(new WorldMessage(message, confirmed));
        }

        if (HasFaults && Random.OneIn(10)) _queues[destination].Add(new WorldMessage(message, () => { }));
    }

    /// <summary>Invariant 7: one content under a number.</summary>
    public void CheckContent(Destination destination, Message message)
    {
        if (message.Kind == MessageKind.End) return;
        var hash = ContentHash.Of(message.Body.Span);
        var key = (message.Kind == MessageKind.Emission ? Destination.Join(message.Input.Query!) : destination, message.Session, message.Input, message.Number);
        if (!_contents.TryAdd(key, hash)) Assert.Equal(_contents[key], hash);
    }

    private void Send()
    {
        var batches = Random.Pick(Sessions.Values.ToArray()).Batches;
        // Mostly something new; sometimes what has been acknowledged already: the client obeys a mark that lags.
        var open = batches.Where(batch => !batch.IsAcknowledged && batch.UnderWay == 0).ToArray();
        if (open.Length > 0 && !Random.OneIn(8)) Send(Random.Pick(open));
        else Send(Random.Pick(batches.ToArray()));
    }

    private void Send(WorldBatch batch)
    {
        var session = Sessions[batch.Message.Session];
        var table = batch.Message.Input.Table!;
        IReadOnlyList<Routed> routed = batch.Message.Kind == MessageKind.Batch && Topology.PassesFilter(table)
            ? _filter.Filter(batch.Message, session.Pin)
            : [.. Topology.DestinationsOf(table, session.Pin.Shards).Select(destination => new Routed(destination, batch.Message))];
        var unconfirmed = routed.Count;
        batch.UnderWay++;
        foreach (var (destination, message) in routed)
        {
            Publish(destination, message, () =>
            {
                if (--unconfirmed > 0) return;
                batch.UnderWay--;
                batch.IsAcknowledged = true;
            });
        }
    }

    /// <summary>The single process dies: only the database is left. Clients send again what they have not heard of.</summary>
    private void LosePower()
    {
        foreach (var owner in _owners) owner.Drop();
        foreach (var queue in _queues.Values) queue.Clear();
        foreach (var batch in Sessions.Values.SelectMany(session => session.Batches)) batch.UnderWay = 0;
    }

    /// <summary>Invariant 8: what can be delivered is a prefix of the answer.</summary>
    private void CheckResults()
    {
        foreach (var session in Sessions.Values.Where(session => session.Expected is not null)) Assert.StartsWith(session.Delivered().Text, session.Expected, StringComparison.Ordinal);
    }
}
