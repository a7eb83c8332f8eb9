using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A process that hosts the owner of a destination: it dies, is paused, and meets refused and unknown commits.</summary>
internal sealed class WorldOwner(WorldState world, Destination destination)
{
    private readonly List<WorldMessage> _held = [];
    private Owner<WorldMessage>? _owner;
    private Append? _append;
    private long _epoch;

    public Destination Destination => destination;

    public bool IsIdle => _held.Count == 0 && _append is null && _owner is not null;

    public IReadOnlyCollection<SessionId> Sessions => _owner?.Sessions ?? [];

    /// <summary>Does the next thing. Between two steps anything may happen to the world.</summary>
    public void Step()
    {
        try
        {
            if (_owner is null) Start();
            else if (_append is null) Admit(_owner);
            else Commit(_owner);
        }
        catch (WorldCrashException)
        {
            Drop();
        }
    }

    /// <summary>The process is gone: what it held goes back to the queue.</summary>
    public void Drop()
    {
        (_owner, _append) = (null, null);
        world.Return(destination, _held);
        _held.Clear();
    }

    /// <summary>What is looked up every second.</summary>
    public void LookForEnded()
    {
        if (_owner is null || _append is not null) return;
        var asked = _owner.Sessions.ToList();
        foreach (var message in _owner.Keep(asked, asked.Where(session => world.Sessions[session].State == SessionState.Open).ToHashSet())) Acknowledge(message);
    }

    private void Start()
    {
        _epoch = world.Journal.TakeOver(destination);
        var options = new OwnerOptions { GroupBytesMax = world.Random.Pick(1, 200, 100_000), SnapshotBytesMin = world.Random.Pick(50, 1000, 1_000_000), SnapshotInterval = world.Random.Pick<int?>(null, 1, 3) };
        _owner = new Owner<WorldMessage>(destination, options);
        Do(_owner, _owner.Recover(world.Journal.Read(destination)));
    }

    private void Admit(Owner<WorldMessage> owner)
    {
        for (var count = world.Random.Next(1, 8); count > 0 && !owner.IsFull && world.TryTake(destination, out var message); count--)
        {
            _held.Add(message);
            var session = world.Sessions[message.Message.Session];
            if (!owner.Holds(session.Id))
            {
                if (session.State != SessionState.Open)
                {
                    Acknowledge(message);
                    continue;
                }

                owner.Open(session.Id, session.Pin);
            }

            owner.Admit(message.Message, message);
        }

        if (owner.Admissions > 0) _append = owner.Seal();
    }

    private void Commit(Owner<WorldMessage> owner)
    {
        var append = _append!;
        var isLost = world.HasFaults && world.Random.OneIn(15);
        // An unknown outcome: done or not, the owner is told nothing and must take it as refused.
        if (isLost && world.Random.OneIn(2)) throw new WorldCrashException();
        var notOpen = append.IsEmpty ? new HashSet<SessionId>() : world.Journal.Append(destination, _epoch, append);
        if (isLost || notOpen is null) throw new WorldCrashException();
        _append = null;
        Do(owner, owner.Commit(append, notOpen));
    }

    private void Do(Owner<WorldMessage> owner, OwnerWork<WorldMessage> work)
    {
        foreach (var message in work.Acknowledge) Acknowledge(message);
        foreach (var fault in work.Faults)
        {
            MayCrash();
            world.Journal.End(world.Sessions[fault.Session], SessionState.Failed, fault.Reason);
            foreach (var message in owner.End(fault.Session)) Acknowledge(message);
        }

        foreach (var emission in work.Emissions)
        {
            MayCrash();
            CheckEmission(emission);
            world.Publish(emission.Destination, emission.Message, () =>
            {
                // Whoever has started over meanwhile is not told.
                if (_owner == owner) foreach (var message in owner.Confirm(emission)) Acknowledge(message);
            });
        }

        foreach (var closing in work.Closings)
        {
            MayCrash();
            if (!world.Journal.Close(destination, _epoch, closing)) throw new WorldCrashException();
            MayCrash();
            foreach (var message in owner.Close(closing)) Acknowledge(message);
        }

        foreach (var snapshot in work.Snapshots)
        {
            MayCrash();
            if (world.Sessions[snapshot.Session].State == SessionState.Open && !world.Journal.Snapshot(destination, _epoch, snapshot)) throw new WorldCrashException();
        }
    }

    /// <summary>Invariant 5: what is emitted rests on committed inputs that are whole, and is the same bytes every time.</summary>
    private void CheckEmission(Emission emission)
    {
        var query = QueryRegistry.All.Single(query => query.Id == emission.Query);
        var session = world.Sessions[emission.Message.Session];
        if (session.State == SessionState.Open)
            Assert.All(Topology.ShardTables.Where(query.Accumulates), table => Assert.True(world.Journal.IsComplete(session.Id, destination, Input.Of(table)), $"{query.Name} emitted without all of {table}"));
        world.CheckContent(destination, emission.Message);
    }

    /// <summary>Invariant 1: what is acknowledged is committed, or its session has ended.</summary>
    private void Acknowledge(WorldMessage message)
    {
        if (world.Sessions[message.Message.Session].State == SessionState.Open)
            Assert.True(world.Journal.Has(destination, message.Message), $"{destination} acknowledges {message.Message.Input} {message.Message.Number} before it is committed");
        Assert.True(_held.Remove(message), "a delivery is acknowledged twice");
        // An acknowledgement that is lost on its way brings the message again.
        if (world.HasFaults && world.Random.OneIn(20)) world.Return(destination, [message]);
        else message.Acknowledged();
    }

    private void MayCrash()
    {
        if (world.HasFaults && world.Random.OneIn(25)) throw new WorldCrashException();
    }
}

/// <summary>The process of an owner ends here.</summary>
internal sealed class WorldCrashException : Exception;
