using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A message in a queue.</summary>
internal sealed class WorldMessage(BusMessage content, Message? message, WorldPublication? publication)
{
    public BusMessage Content => content;

    /// <summary>What is in it; null when it is damaged.</summary>
    public Message? Message => message;

    /// <summary>In memory, who waits for its acknowledgement.</summary>
    public WorldPublication? Publication => publication;

    public bool IsRedelivered { get; set; }
}

/// <summary>A consumer of a queue, on both sides: what the bus has given it, and what waits in the memory of its process, also across a pause.</summary>
internal sealed class WorldSubscription(WorldState world, WorldProcess process, WorldQueue queue, int prefetch)
{
    public WorldProcess Process => process;

    public WorldQueue Queue => queue;

    /// <summary>What it has been given and has not acknowledged, as the bus sees it.</summary>
    public List<WorldDelivery> Unacknowledged { get; } = [];

    public WorldDeliveries Deliveries { get; } = new(world, process);

    /// <summary>Whether the queue is known to deliver to it.</summary>
    public bool HasTurn { get; set; }

    /// <summary>Whether the bus has given it up.</summary>
    public bool IsLost { get; set; }

    public bool HasRoom => Unacknowledged.Count < prefetch;
}

/// <summary>A message at its consumer.</summary>
internal sealed class WorldDelivery(WorldState world, WorldSubscription subscription, WorldMessage message) : BusDelivery
{
    public WorldMessage Taken => message;

    public WorldSubscription Subscription => subscription;

    public bool IsAcknowledged { get; private set; }

    public override BusMessage Message => message.Content;

    public override bool IsRedelivered { get; } = message.IsRedelivered || message.Content.IsRepeated;

    public override void Acknowledge()
    {
        if (IsAcknowledged || subscription.IsLost) return;
        IsAcknowledged = true;
        world.CheckAcknowledged(this);
        world.Bus.Send(this);
    }
}

/// <summary>What waits at a consumer. Here is where mistakes of consumers are made.</summary>
internal sealed class WorldDeliveries(WorldState world, WorldProcess process) : ChannelReader<BusDelivery>
{
    private readonly Queue<WorldDelivery> _waiting = new();
    private readonly HashSet<(SessionId, Input, MessageKind, long)> _seen = [];

    public void Add(WorldDelivery delivery) => _waiting.Enqueue(delivery);

    public bool TryPeek() => _waiting.Count > 0;

    public override bool CanPeek => true;

    public override bool TryPeek([MaybeNullWhen(false)] out BusDelivery item)
    {
        var isThere = _waiting.TryPeek(out var delivery);
        item = delivery;
        return isThere;
    }

    public override bool TryRead([MaybeNullWhen(false)] out BusDelivery item)
    {
        item = null;
        // Groups are as large as they happen to be.
        if (_waiting.Count == 0 || world.Dice.OneIn(5)) return false;
        var delivery = _waiting.Dequeue();
        item = delivery;
        return !IsMistaken(delivery) || TryRead(out item);
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException("The world says when there is something.");

    /// <summary>Whether a mutant handles it instead of the owner.</summary>
    private bool IsMistaken(WorldDelivery delivery)
    {
        if (delivery.Taken.Message is not { } message) return false;
        if (process is FilterProcess)
        {
            if (world.Mutant == Mutant.FilterAcknowledgesBeforeItsPublishes) delivery.Acknowledge();
            return false;
        }

        switch (world.Mutant)
        {
            case Mutant.AcknowledgeBeforeCommit:
                delivery.Acknowledge();
                return false;
            case Mutant.DuplicateAcknowledgedBeforeItsCommit when !_seen.Add((message.Session, message.Input, message.Kind, message.Number)):
                delivery.Acknowledge();
                return false;
            case Mutant.DuplicateDroppedWithoutReevaluation when world.Database.Has(((OwnerProcess)process).Destination, message):
                delivery.Acknowledge();
                return true;
            default:
                return false;
        }
    }
}
