using System.Buffers;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>
/// Messages as they stand on the bus: a DATA_BATCH with the message embedded. The session, and the content hash where the
/// embedded message does not carry one, travel beside it.
/// </summary>
public static class Envelope
{
    /// <summary>The key of the partition version among the small facts of the header.</summary>
    public const byte PartitionVersionKey = 1;

    /// <summary>Puts a message into its envelope.</summary>
    /// <param name="message">The message.</param>
    /// <param name="destination">Where it goes; null for a filter.</param>
    /// <param name="shards">The number of shards of its session.</param>
    public static ReadOnlyMemory<byte> Wrap(Message message, Destination? destination, int shards)
    {
        var embedded = Embed(message);
        var envelope = new DataBatch
        {
            TableIds = message.Input.Table is { } table ? [table.Opcode] : [],
            QueryIds = [.. QueriesOf(message, destination).Select(query => query.Id)],
            Flags = message.Kind == MessageKind.Batch ? DataBatch.ColumnarFlag : (ushort)0,
            BatchNumber = message.Number,
            Meta = [new(PartitionVersionKey, Topology.PartitionVersion)],
            TotalShards = (ushort)shards,
            ShardNumber = (ushort)(destination is { Kind: DestinationKind.Shard } shard ? shard.Number : 0),
            Embedded = embedded,
        };
        return FrameWriter.ToArray(envelope);
    }

    /// <summary>Takes a message out of its envelope. Its body is a slice of the envelope.</summary>
    /// <param name="session">The session that travels beside it.</param>
    /// <param name="hash">The content hash that travels beside it.</param>
    /// <param name="bytes">The envelope.</param>
    /// <returns>The message; null when it is of another partition version, and only who knows that one may handle it.</returns>
    /// <exception cref="InvalidDataException">It is no envelope.</exception>
    public static Message? Open(SessionId session, ulong hash, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var envelope = Frame.Of(bytes, Sender.Bus).Read() as DataBatch ?? throw new ProtocolException("Found another message, expected DATA_BATCH.");
            return envelope.Meta.Contains(new(PartitionVersionKey, Topology.PartitionVersion)) ? Extract(session, hash, envelope) : null;
        }
        catch (ProtocolException e)
        {
            throw new InvalidDataException($"A message of session {session} is damaged: {e.Message}", e);
        }
    }

    private static Frame Embed(Message message)
    {
        var body = new ReadOnlySequence<byte>(message.Body);
        return message.Kind switch
        {
            MessageKind.Batch => ColumnsOf(message),
            MessageKind.End => FrameOf(new EndOfTable(message.Input.Table!, message.Number, message.Hash)),
            MessageKind.Partials => new Frame(Opcode.Partials, body),
            MessageKind.Rows => new Frame(Opcode.Rows, body),
            MessageKind.Emission => new Frame(Opcode.Emission, body),
            _ => throw new ArgumentOutOfRangeException(nameof(message), message.Kind, "No such kind."),
        };
    }

    private static Message Extract(SessionId session, ulong hash, DataBatch envelope) => envelope.Embedded.Read() switch
    {
        Columns columns => new Message(session, Input.Of(columns.Table), MessageKind.Batch, columns.Number, columns.Hash, Whole(columns.Rows)),
        EndOfTable end => new Message(session, Input.Of(end.Table), MessageKind.End, end.Number, end.HashSum ?? throw new ProtocolException("EOF on the bus: found no hash sum, expected one."), default),
        BusPayload payload => new Message(session, InputOf(envelope, payload.Opcode), KindOf(payload.Opcode), envelope.BatchNumber, hash, Whole(payload.Bytes)),
        var other => throw new ProtocolException($"DATA_BATCH: found {other}, expected what workers handle."),
    };

    private static MessageKind KindOf(byte opcode) => opcode switch
    {
        Opcode.Partials => MessageKind.Partials,
        Opcode.Rows => MessageKind.Rows,
        _ => MessageKind.Emission,
    };

    private static Input InputOf(DataBatch envelope, byte opcode)
    {
        var (ids, all) = opcode == Opcode.Emission ? (envelope.QueryIds, envelope.TableIds.Length == 0) : (envelope.TableIds, true);
        if (ids.Length != 1 || !all) throw new ProtocolException("DATA_BATCH: found other tables or queries, expected the one that the message is of.");
        return opcode == Opcode.Emission ? Input.EmissionsOf(ids[0]) : new Input(ids[0]);
    }

    private static IEnumerable<Query> QueriesOf(Message message, Destination? destination) => message.Input.Query is { } emitted
        ? [emitted]
        : QueryRegistry.All.Where(query => query.ReadsTable(message.Input.Table!) && (destination is not { Kind: DestinationKind.Join } join || join.Number == query.Id));

    private static Frame FrameOf(IMessage message) => Frame.Of(FrameWriter.ToArray(message), Sender.Bus);

    /// <summary>The rows are joined to what stands before them, and not copied: they are most of what passes a gateway.</summary>
    private static Frame ColumnsOf(Message message)
    {
        var header = FrameOf(new Columns(message.Input.Table!, message.Number, BatchStatus.Continue, message.Hash, default)).Body.First;
        var first = new Segment(header, before: null);
        return new Frame(Opcode.Columns, new ReadOnlySequence<byte>(first, 0, new Segment(message.Body, first), message.Body.Length));
    }

    private static ReadOnlyMemory<byte> Whole(ReadOnlySequence<byte> bytes) => bytes.IsSingleSegment ? bytes.First : bytes.ToArray();

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
