using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A message on its way to a queue.</summary>
internal sealed class WorldPublication(WorldProcess process, WorldQueue queue, BusMessage content)
{
    private readonly TaskCompletionSource _completion = new();
    private readonly int _life = process.Life;

    public WorldProcess Process => process;

    public WorldQueue Queue => queue;

    public BusMessage Content => content;

    /// <summary>Whether the broker has it, so that only its confirm is to come.</summary>
    public bool HasArrived { get; set; }

    /// <summary>Whether the broker has sent it back. It confirms it all the same.</summary>
    public bool IsReturned { get; set; }

    public Task Task => _completion.Task;

    public void Confirm() => process.Post(_life, () => _completion.TrySetResult());

    public void Fail(string reason) => process.Post(_life, () => _completion.TrySetException(new BusException(reason)));
}

/// <summary>A queue, with its consumers in the order of their coming.</summary>
internal sealed class WorldQueue(QueueName name)
{
    public QueueName Name => name;

    public bool IsCompeting { get; } = name == QueueName.Filter;

    public List<WorldMessage> Ready { get; } = [];

    public List<WorldSubscription> Consumers { get; } = [];
}

/// <summary>
/// The bus of the world: a broker, whose queues outlive every process, or the memory of a single server, where a message counts as
/// published when it is acknowledged and nothing is left when the server dies.
/// </summary>
internal sealed class WorldBus(WorldState world, bool isBroker)
{
    private readonly Dictionary<QueueName, WorldQueue> _byName =
        Topology.All(world.Shards).Select(QueueName.Of).Append(QueueName.Filter).ToDictionary(name => name, name => new WorldQueue(name));
    private readonly List<WorldPublication> _publications = [];
    private readonly List<WorldDelivery> _acknowledgements = [];
    private readonly Dictionary<(QueueName, SessionId, Input, MessageKind, long), int> _copies = [];
    private WorldQueue[]? _queues;

    public bool IsBroker => isBroker;

    public WorldQueue[] Queues => _queues ??= [.. _byName.Values];

    /// <summary>What is on its way in either direction.</summary>
    public int UnderWay => _publications.Count + _acknowledgements.Count;

    /// <summary>Whether nothing is left in any queue, nor unacknowledged.</summary>
    public bool IsEmpty => UnderWay == 0 && Queues.All(queue => queue.Ready.Count == 0 && queue.Consumers.All(consumer => consumer.Unacknowledged.Count == 0));

    /// <summary>Whether a copy of a message is in a queue or with its consumer.</summary>
    public bool HasCopy(QueueName queue, Message message) => _copies.ContainsKey((queue, message.Session, message.Input, message.Kind, KeyOf(message)));

    /// <summary>Whether a message of the tables of a query is in a queue or with its consumer.</summary>
    public bool HasAny(QueueName queue, SessionId session, Query query) =>
        _copies.Keys.Any(copy => copy.Item1 == queue && copy.Item2 == session && copy.Item3.Table is { } table && query.Accumulates(table));

    public Task PublishAsync(WorldProcess process, QueueName queue, BusMessage content)
    {
        if (process is OwnerProcess) world.CheckEmission(content);
        var publication = new WorldPublication(process, _byName[queue], content);
        var isEmission = world.Mutant == Mutant.CompletionAcknowledgedBeforeEmission && process is OwnerProcess;
        // A recovery that leaves everything to the next message emits nothing.
        if (world.Mutant == Mutant.DuplicateDroppedWithoutReevaluation && process is OwnerProcess { IsRecovering: true }) return publication.Task;
        if (isBroker) _publications.Add(publication);
        else Put(publication, waits: true);
        return isEmission ? Task.CompletedTask : publication.Task;
    }

    /// <summary>Something that is on its way arrives, or does not.</summary>
    public bool Advance(int index)
    {
        if (index >= _publications.Count) Acknowledge(_acknowledgements[index - _publications.Count]);
        else if (_publications[index] is { HasArrived: true } arrived) Confirm(arrived);
        else Arrive(_publications[index]);
        return true;
    }

    /// <summary>A queue gives a message to a consumer that has room.</summary>
    public bool Dispatch(WorldQueue queue)
    {
        if (queue.Ready.Count == 0 || queue.Consumers.Count == 0) return false;
        var consumer = queue.IsCompeting ? queue.Consumers[world.Dice.Next(queue.Consumers.Count)] : queue.Consumers[0];
        if (!consumer.HasRoom) return false;
        var at = world.Dice.Goes(Faults.Reorder, 2) ? world.Dice.Next(queue.Ready.Count) : 0;
        var message = queue.Ready[at];
        queue.Ready.RemoveAt(at);
        var delivery = new WorldDelivery(world, consumer, message);
        consumer.Unacknowledged.Add(delivery);
        consumer.Deliveries.Add(delivery);
        consumer.HasTurn = true;
        return true;
    }

    public WorldSubscription Subscribe(WorldProcess process, QueueName name, int prefetch)
    {
        var queue = _byName[name];
        var subscription = new WorldSubscription(world, process, queue, prefetch);
        queue.Consumers.Add(subscription);
        // In memory nobody has a subscription before it is its turn.
        subscription.HasTurn = !isBroker && queue.Consumers[0] == subscription;
        return subscription;
    }

    /// <summary>A subscription ends, or the bus gives it up: what is unacknowledged comes again. Acknowledgements that are on their way arrive or are lost.</summary>
    public void End(WorldSubscription subscription)
    {
        if (subscription.IsLost) return;
        foreach (var delivery in _acknowledgements.Where(delivery => delivery.Subscription == subscription).ToList())
        {
            if (world.Dice.OneIn(2)) Acknowledge(delivery);
            else _acknowledgements.Remove(delivery);
        }

        subscription.IsLost = true;
        subscription.Queue.Consumers.Remove(subscription);
        foreach (var delivery in subscription.Unacknowledged) delivery.Taken.IsRedelivered = true;
        subscription.Queue.Ready.InsertRange(0, subscription.Unacknowledged.Select(delivery => delivery.Taken));
        subscription.Unacknowledged.Clear();
        if (!isBroker && subscription.Queue.Consumers.Count > 0) subscription.Queue.Consumers[0].HasTurn = true;
    }

    public void Send(WorldDelivery acknowledged) => _acknowledgements.Add(acknowledged);

    /// <summary>A process is gone: what it has sent arrives or does not.</summary>
    public void Lose(WorldProcess process)
    {
        foreach (var publication in _publications.Where(publication => publication.Process == process).ToList())
        {
            _publications.Remove(publication);
            if (!publication.HasArrived && world.Dice.OneIn(2)) Put(publication, waits: false);
        }

        foreach (var queue in Queues)
            foreach (var subscription in queue.Consumers.Where(consumer => consumer.Process == process).ToList()) End(subscription);
    }

    /// <summary>The broker is gone for a moment: what is on its way has arrived or not, and nobody is told.</summary>
    public void LoseAllOnTheWay()
    {
        foreach (var publication in _publications.ToList())
        {
            _publications.Remove(publication);
            if (!publication.HasArrived && world.Dice.OneIn(2)) Put(publication, waits: false);
            publication.Fail("the broker has restarted");
        }
    }

    /// <summary>The memory of the single server is gone.</summary>
    public void Clear()
    {
        foreach (var queue in Queues)
        {
            queue.Ready.Clear();
            foreach (var consumer in queue.Consumers) consumer.IsLost = true;
            queue.Consumers.Clear();
        }

        _publications.Clear();
        _acknowledgements.Clear();
        _copies.Clear();
    }

    private void Arrive(WorldPublication publication)
    {
        if (world.Dice.Goes(Faults.LostPublish, 25))
        {
            _publications.Remove(publication);
            publication.Fail("it was lost on its way");
            return;
        }

        publication.HasArrived = true;
        publication.IsReturned = world.Dice.Goes(Faults.Return, 25);
        if (!publication.IsReturned) Put(publication, waits: false);
    }

    private void Confirm(WorldPublication publication)
    {
        _publications.Remove(publication);
        world.Disturb(publication.Process);
        if (world.Dice.Goes(Faults.LostPublish, 25)) publication.Fail("its confirm was lost");
        else if (publication.IsReturned && world.Mutant != Mutant.ReturnIgnored) publication.Fail("it was returned");
        else publication.Confirm();
    }

    private void Put(WorldPublication publication, bool waits)
    {
        var message = Open(publication.Content);
        if (message is not null) world.CheckContent(publication.Queue.Name, message);
        for (var copies = world.Dice.Goes(Faults.Duplicate, 12) ? 2 : 1; copies > 0; copies--)
        {
            publication.Queue.Ready.Add(new WorldMessage(publication.Content, message, waits ? publication : null));
            if (message is not null) Count(publication.Queue.Name, message, 1);
            waits = false;
        }
    }

    private void Acknowledge(WorldDelivery delivery)
    {
        _acknowledgements.Remove(delivery);
        if (!delivery.Subscription.Unacknowledged.Remove(delivery)) return;
        if (delivery.Taken.Message is { } message)
        {
            Count(delivery.Subscription.Queue.Name, message, -1);
            if (delivery.Subscription.Process is OwnerProcess owner) world.CheckOutcome(owner.Destination, message);
            else world.CheckSafe(message);
        }

        delivery.Taken.Publication?.Confirm();
    }

    private void Count(QueueName queue, Message message, int by)
    {
        var key = (queue, message.Session, message.Input, message.Kind, KeyOf(message));
        var count = _copies.GetValueOrDefault(key) + by;
        if (count == 0) _copies.Remove(key);
        else _copies[key] = count;
    }

    private static long KeyOf(Message message) => message.Kind == MessageKind.End ? 0 : message.Number;

    private static Message? Open(BusMessage content)
    {
        try
        {
            return Envelope.Open(content.Session, content.Hash, content.Body);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

/// <summary>The bus as a process sees it.</summary>
internal sealed class WorldBusOf(WorldProcess process, WorldBus bus) : IBus
{
    public Task PublishAsync(QueueName queue, BusMessage message) => bus.PublishAsync(process, queue, message);

    public Task<ISubscription> SubscribeAsync(QueueName queue, int prefetch, CancellationToken cancellationToken) => throw new NotSupportedException("The world subscribes.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
