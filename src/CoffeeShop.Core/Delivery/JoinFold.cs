using System.Buffers;
using CoffeeShop.Queries;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>A session at the join of an aggregate query: what the shards have emitted, and the names it is joined with.</summary>
public sealed class JoinFold : SessionFold
{
    private const int ChunkBytes = 256 * 1024;

    private readonly AggregateQuery _query;
    private readonly Ledger[] _ledgers;
    private readonly Aggregate _aggregate;
    private readonly Dimensions _dimensions = new();

    internal JoinFold(AggregateQuery query, SessionId session, SessionPin pin) : base(session, pin)
    {
        _query = query;
        _ledgers = [.. Topology.JoinTables(query).Select(table => new Ledger(Input.Of(table))), new Ledger(Input.EmissionsOf(query), last: pin.Shards)];
        _aggregate = query.NewAggregate(pin.Options);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Query> Queries => [_query];

    private protected override IReadOnlyList<Ledger> Ledgers => _ledgers;

    /// <inheritdoc/>
    public override bool Needs(Query query, Input input) => true;

    /// <summary>The answer, once everything is there: the same chunks whenever it is asked.</summary>
    public (ClosedQuery Answer, IReadOnlyList<ResultChunk> Chunks) Answer()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var rows = new ResultWriter(bytes);
        _aggregate.Finish(_dimensions, rows, new ResultSummary());
        var chunks = new List<ResultChunk>();
        for (var rest = bytes.WrittenMemory; rest.Length > 0;)
        {
            var length = LinesIn(rest.Span);
            chunks.Add(new ResultChunk(chunks.Count + 1, rest[..length]));
            rest = rest[length..];
        }

        return (new ClosedQuery(_query.Id, chunks.Count, bytes.WrittenCount, rows.Rows), chunks);
    }

    private protected override MessageKind KindOf(Input input) => input.IsEmissions ? MessageKind.Emission : MessageKind.Batch;

    private protected override void CheckBody(Message message)
    {
        if (message.Kind == MessageKind.Batch)
        {
            ReadBatch(message);
            return;
        }

        var reader = new StateReader(message.Body.Span);
        _aggregate.Check(ref reader);
        if (!reader.IsAtEnd) throw new InvalidDataException($"More than the emission of {_query.Name} was there.");
    }

    private protected override void FoldContent(Message message)
    {
        if (message.Kind == MessageKind.Batch)
        {
            _dimensions.Accumulate(ReadBatch(message));
            return;
        }

        var reader = new StateReader(message.Body.Span);
        _aggregate.Read(ref reader);
    }

    private protected override void WriteState(StateWriter writer)
    {
        _dimensions.Write(writer);
        _aggregate.Write(writer);
    }

    private protected override void ReadState(ref StateReader reader)
    {
        _dimensions.Read(ref reader);
        _aggregate.Read(ref reader);
    }

    private static Batch ReadBatch(Message message)
    {
        // Dimension tables are small: there are a few such batches in a session.
        var batch = new Batch(message.Input.Table!);
        BatchBody.Read(message, batch);
        return batch;
    }

    /// <summary>How many bytes of whole lines make a chunk: as many as fit, and at least one.</summary>
    private static int LinesIn(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= ChunkBytes) return bytes.Length;
        var end = bytes[..ChunkBytes].LastIndexOf((byte)'\n');
        return end >= 0 ? end + 1 : bytes.IndexOf((byte)'\n') + 1;
    }
}
