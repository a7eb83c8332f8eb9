using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery.World;

/// <content>The invariants. Each is asked whenever what it speaks of may have changed.</content>
internal sealed partial class WorldState
{
    private readonly Dictionary<(QueueName, SessionId, Input, long), ulong> _contents = [];

    /// <summary>Invariant 1: what an owner acknowledges is committed.</summary>
    public void CheckAcknowledged(WorldDelivery delivery)
    {
        if (delivery.Taken.Message is not { } message || !Database.IsOpen(message.Session) || delivery.Subscription.Process is not OwnerProcess owner) return;
        Require(Database.Has(owner.Destination, message), $"invariant 1: {owner} acknowledges {Name(message)} before it is committed");
    }

    /// <summary>Invariant 5: as long as an outcome may be lost, something comes again that brings it. Asked when a message is gone from a queue.</summary>
    public void CheckOutcome(Destination at, Message message)
    {
        if (!Database.IsOpen(message.Session) || at.Kind == DestinationKind.Join) return;
        foreach (var query in QueryRegistry.All.OfType<AggregateQuery>().Where(query => message.Input.Table is { } table && query.Accumulates(table)))
        {
            if (!IsComplete(at, message.Session, query) || Database.Sessions[message.Session].Closed.ContainsKey(query.Id)) continue;
            var emission = new Message(message.Session, Input.EmissionsOf(query), MessageKind.Emission, at.Number + 1, 0, default);
            Require(
                IsSafeAt(Destination.Join(query), emission) || Bus.HasAny(QueueName.Of(at), message.Session, query),
                $"invariant 5: {at} has acknowledged {Name(message)}, the last that would bring its emission of {query.Name}, which may be lost");
        }
    }

    /// <summary>Invariant 1: what a client knows to be safe is in the ledgers, or a copy of it is on its way.</summary>
    public void CheckAnswer(WorldClient client, Message message) =>
        Require(client.Guilt is Guilt.Poison or Guilt.TwoContents || client.Protocol == 1 || IsSafe(message), $"invariant 1: SUCCESS for {Name(message)}, which may be lost");

    /// <summary>Invariant 1, when a filter has acknowledged a batch.</summary>
    public void CheckSafe(Message message)
    {
        if (message.Kind != MessageKind.Batch || !Topology.PassesFilter(message.Input.Table!)) return;
        Require(IsSafe(message), $"invariant 1: a filter acknowledges {Name(message)}, which may be lost");
    }

    /// <summary>Invariant 2: everything up to a mark is safe.</summary>
    public void CheckMark(WorldRow row, Table table, long number)
    {
        var client = _clients.Find(client => client.Session == row.Session)!;
        if (client.Guilt is Guilt.Poison or Guilt.TwoContents) return;
        foreach (var message in row.Session.Batches)
            Require(message.Kind == MessageKind.End || message.Input.Table != table || message.Number > number || IsSafe(message), $"invariant 2: the mark of {table} is {number}, and {Name(message)} may be lost");
    }

    /// <summary>Invariants 1 and 9: nobody sends the batches of version 1 again, so an end that is set rests on batches that are safe.</summary>
    public void CheckEnd(WorldRow row, Table table, TableEnd end)
    {
        if (row.Protocol != 1 || _clients.Exists(client => client.Session == row.Session && client.Guilt == Guilt.Poison)) return;
        foreach (var message in row.Session.Batches)
            Require(message.Kind == MessageKind.End || message.Input.Table != table || message.Number > end.Last || IsSafe(message), $"invariant 9: the end of {table} is set, and {Name(message)} may be lost");
    }

    /// <summary>Invariant 5: what is emitted rests on committed inputs that are whole.</summary>
    public void CheckEmission(BusMessage content)
    {
        if (Envelope.Open(content.Session, content.Hash, content.Body) is not { Kind: MessageKind.Emission } message || !Database.IsOpen(message.Session)) return;
        Require(IsComplete(Destination.Shard((int)message.Number - 1), message.Session, message.Input.Query!), $"invariant 5: shard {message.Number - 1} emits {message.Input.Query!.Name} of session {NumberOf(message.Session)} before it is complete");
    }

    /// <summary>Invariants 5 and 7: one content under a number, and the same emission each time.</summary>
    public void CheckContent(QueueName queue, Message message)
    {
        if (message.Kind == MessageKind.End || _clients.Find(client => client.Session.Id == message.Session)!.Guilt == Guilt.TwoContents) return;
        var (key, hash) = ((queue, message.Session, message.Input, message.Number), ContentHash.Of(message.Body.Span));
        if (!_contents.TryAdd(key, hash)) Require(_contents[key] == hash, $"invariant 7: two contents of {Name(message)} at {queue}");
    }

    /// <summary>Invariant 8: what can be delivered is a prefix of the answer.</summary>
    public void CheckResult(WorldRow row)
    {
        var client = _clients.Find(client => client.Session == row.Session)!;
        if (row.Session.Expected is null || client.Guilt == Guilt.TwoContents) return;
        Require(row.Session.ExpectedBytes.AsSpan().StartsWith(ResultOf(row).Bytes), $"invariant 8: the result of session {NumberOf(row.Session.Id)} goes wrong");
    }

    private bool IsComplete(Destination shard, SessionId session, Query query) =>
        Topology.ShardTables.Where(query.Accumulates).All(table => Database.IsComplete(session, shard, Input.Of(table)));

    private bool IsSafe(Message message)
    {
        if (!Database.IsOpen(message.Session)) return true;
        var table = message.Input.Table!;
        if (Bus.IsBroker && message.Kind == MessageKind.Batch && Topology.PassesFilter(table) && Bus.HasCopy(QueueName.Filter, message)) return true;
        foreach (var destination in Topology.DestinationsOf(table, Shards))
        {
            var there = message.Kind == MessageKind.End || !Topology.PassesFilter(table) ? message
                : message with { Kind = destination.Kind == DestinationKind.Shard ? MessageKind.Partials : MessageKind.Rows };
            if (!IsSafeAt(destination, there)) return false;
        }

        return true;
    }

    private bool IsSafeAt(Destination destination, Message message) => Database.Has(destination, message) || (Bus.IsBroker && Bus.HasCopy(QueueName.Of(destination), message));

    private static (byte[] Bytes, bool IsWhole) ResultOf(WorldRow row)
    {
        var (prefix, bytes) = (new ResultPrefix(0), new List<byte>());
        do
        {
            if (prefix.Query is not { } query) break;
            var after = prefix.After;
            foreach (var part in prefix.Take([.. row.Chunks.Where(chunk => chunk.Key.Query == query && chunk.Key.Number > after).Select(chunk => chunk.Value)])) bytes.AddRange(part.Bytes.Span);
        }
        while (prefix.Advance(row.Closed));
        return ([.. bytes], prefix.IsWhole);
    }

    private static string Name(Message message) => message.Kind == MessageKind.End
        ? $"the end of the {message.Input} of session {NumberOf(message.Session)}"
        : $"message {message.Number} of the {message.Input} of session {NumberOf(message.Session)}";
}
