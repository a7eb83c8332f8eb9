using System.Buffers;
using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>A session at an aggregate shard: an aggregate per query of the keys that belong to the shard.</summary>
public sealed class ShardFold : SessionFold
{
    private static readonly AggregateQuery[] Aggregated = [.. QueryRegistry.All.OfType<AggregateQuery>()];

    private readonly Ledger[] _ledgers = [.. Topology.ShardTables.Select(table => new Ledger(Input.Of(table)))];
    private readonly Aggregate[] _aggregates;

    internal ShardFold(SessionId session, SessionPin pin) : base(session, pin) =>
        _aggregates = [.. Aggregated.Select(query => query.NewAggregate(pin.Options))];

    /// <inheritdoc/>
    public override IReadOnlyList<Query> Queries => Aggregated;

    private protected override IReadOnlyList<Ledger> Ledgers => _ledgers;

    /// <inheritdoc/>
    public override bool Needs(Query query, Input input) => input.Table is { } table && query.Accumulates(table);

    /// <summary>What the shard emits for a query that is complete: the same bytes whenever it is asked.</summary>
    /// <param name="query">The query.</param>
    public ReadOnlyMemory<byte> Emit(Query query)
    {
        var aggregate = _aggregates[Array.IndexOf(Aggregated, query)];
        // Nothing is folded into it any more, and compacting what is compact changes nothing.
        aggregate.Compact();
        var bytes = new ArrayBufferWriter<byte>();
        aggregate.Write(new StateWriter(bytes));
        return bytes.WrittenMemory;
    }

    private protected override MessageKind KindOf(Input input) => MessageKind.Partials;

    private protected override void CheckBody(Message message)
    {
        var reader = new StateReader(message.Body.Span);
        for (var previous = (byte)0; !reader.IsAtEnd;)
        {
            var partial = new StateReader(MessageBodies.ReadPartial(ref reader, previous, out var query));
            if (!Needs(query, message.Input)) throw new InvalidDataException($"{query.Name} takes no partials of the {message.Input}.");
            _aggregates[Array.IndexOf(Aggregated, query)].CheckPartial(ref partial);
            if (!partial.IsAtEnd) throw new InvalidDataException($"More than the partials of {query.Name} was there.");
            previous = query.Id;
        }
    }

    private protected override void FoldContent(Message message)
    {
        var reader = new StateReader(message.Body.Span);
        for (var previous = (byte)0; !reader.IsAtEnd;)
        {
            var partial = new StateReader(MessageBodies.ReadPartial(ref reader, previous, out var query));
            _aggregates[Array.IndexOf(Aggregated, query)].ReadPartial(ref partial);
            previous = query.Id;
        }
    }

    private protected override void WriteState(StateWriter writer)
    {
        foreach (var aggregate in _aggregates) aggregate.Write(writer);
    }

    private protected override void ReadState(ref StateReader reader)
    {
        foreach (var aggregate in _aggregates) aggregate.Read(ref reader);
    }
}
