using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>A session at the join of a row query: its chunks are the result, so nothing is kept but the ledger and their sizes.</summary>
public sealed class RowsFold : SessionFold
{
    private readonly RowQuery _query;
    private readonly Ledger _ledger;
    private long _rows;
    private long _bytes;

    internal RowsFold(RowQuery query, SessionId session, SessionPin pin) : base(session, pin) =>
        (_query, _ledger) = (query, new Ledger(Input.Of(Topology.JoinTables(query).Single())));

    /// <inheritdoc/>
    public override IReadOnlyList<Query> Queries => [_query];

    /// <summary>The chunks are there already, and the journal has the end of the table at most.</summary>
    public override bool HasSnapshot => false;

    private protected override IReadOnlyList<Ledger> Ledgers => [_ledger];

    /// <inheritdoc/>
    public override bool Needs(Query query, Input input) => true;

    /// <summary>The chunk that a message becomes.</summary>
    /// <param name="message">The message, which was judged new.</param>
    public RowChunk ChunkOf(Message message)
    {
        var rows = MessageBodies.ReadRows(message.Body, out var lines);
        return new RowChunk(Session, _query.Id, message.Number, message.Hash, rows, lines);
    }

    /// <summary>Takes in a chunk that is there already.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <returns>False when it had been taken in before.</returns>
    public bool Restore(RowEntry chunk)
    {
        if (!_ledger.Apply(chunk.Number, chunk.Hash)) return false;
        Count(chunk.Rows, chunk.Bytes);
        return true;
    }

    /// <summary>The sizes of the answer, once every chunk is there.</summary>
    public ClosedQuery Answer() => new(_query.Id, _ledger.Applied, _bytes, _rows);

    private protected override MessageKind KindOf(Input input) => MessageKind.Rows;

    private protected override void CheckBody(Message message) => MessageBodies.ReadRows(message.Body, out _);

    private protected override void FoldContent(Message message) => Count(MessageBodies.ReadRows(message.Body, out var lines), lines.Length);

    private protected override void WriteState(StateWriter writer) => throw NoSnapshot();

    private protected override void ReadState(ref StateReader reader) => throw NoSnapshot();

    private void Count(long rows, long bytes)
    {
        _rows += rows;
        _bytes += bytes;
    }

    private static NotSupportedException NoSnapshot() => new("The state of a row query is its chunks.");
}
