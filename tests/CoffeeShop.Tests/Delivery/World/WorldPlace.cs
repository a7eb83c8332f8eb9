using System.Buffers;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>The journal of a session at a destination, and a ledger of it that is as plain as can be.</summary>
internal sealed class WorldPlace(WorldSession session, Destination destination)
{
    private readonly Dictionary<(Input, long), ulong> _applied = [];
    private readonly Dictionary<Input, TableEnd> _ends = [];
    private readonly List<(long Sequence, Message Message)> _messages = [];

    public List<JournalRecord> Records { get; } = [];

    public Dictionary<long, RowEntry> Rows { get; } = [];

    public long SnapshotSequence { get; private set; }

    public ReadOnlyMemory<byte> Snapshot { get; private set; }

    public long Sequence => SnapshotSequence + Records.Count;

    public void Append(JournalRecord record)
    {
        Records.Add(record);
        foreach (var message in MessageCodec.Read(record))
        {
            _messages.Add((record.Sequence, message));
            if (message.Kind == MessageKind.End) WorldViolation.Unless(_ends.TryAdd(message.Input, new TableEnd(message.Number, message.Hash)), $"invariant 7: two ends of the {message.Input} at {destination}");
            else Count(message.Input, message.Number, message.Hash);
        }
    }

    public void Append(RowChunk chunk)
    {
        Rows.Add(chunk.Number, new RowEntry(chunk.Number, chunk.Hash, chunk.Rows, chunk.Bytes.Length));
        Count(Input.Of(Topology.JoinTables(QueryRegistry.All.Single(query => query.Id == chunk.Query)).Single()), chunk.Number, chunk.Hash);
    }

    /// <summary>Invariant 3: a snapshot is what the committed records make, and nothing else.</summary>
    public void Replace(long sequence, ReadOnlyMemory<byte> snapshot)
    {
        var fold = Refold(sequence);
        // What has been emitted is compact.
        if (fold is ShardFold shard) foreach (var query in shard.Queries.Where(shard.IsComplete)) shard.Emit(query);
        WorldViolation.Unless(Bytes(fold).AsSpan().SequenceEqual(snapshot.Span), $"invariant 3: the snapshot at {destination} is not what the records up to {sequence} make");
        Records.RemoveAll(record => record.Sequence <= sequence);
        (SnapshotSequence, Snapshot) = (sequence, snapshot.ToArray());
    }

    /// <summary>What the committed records up to one make.</summary>
    public SessionFold Refold(long sequence)
    {
        var fold = SessionFold.New(destination, session.Id, session.Pin);
        foreach (var entry in _messages.Where(entry => entry.Sequence <= sequence)) Apply(fold, entry.Message);
        return fold;
    }

    public bool Has(Input input, MessageKind kind, long number) => kind == MessageKind.End ? _ends.ContainsKey(input) : _applied.ContainsKey((input, number));

    public bool IsComplete(Input input)
    {
        if (!_ends.TryGetValue(input, out var end)) return false;
        var (count, sum) = (0L, 0UL);
        foreach (var (key, hash) in _applied)
        {
            if (key.Item1 != input) continue;
            if (key.Item2 > end.Last) return false;
            count++;
            sum += hash;
        }

        return count == end.Last && sum == end.HashSum;
    }

    public static void Apply(SessionFold fold, Message message)
    {
        if (fold.Judge(message) == Verdict.New) fold.Fold(message);
    }

    public static byte[] Bytes(SessionFold fold)
    {
        var bytes = new ArrayBufferWriter<byte>();
        fold.Write(new StateWriter(bytes));
        return bytes.WrittenSpan.ToArray();
    }

    private void Count(Input input, long number, ulong hash) =>
        WorldViolation.Unless(_applied.TryAdd((input, number), hash), $"invariant 3: message {number} of the {input} is committed twice at {destination}");
}
