using System.Collections.Immutable;

namespace CoffeeShop.Protocol;

/// <summary>
/// The envelope on the bus: what a message is for, and the message in its own frame.
/// <code>│ table ids: count u8, u8 × count │ query ids: count u8, u8 × count │ flags u16 │ number i64 │ meta: count u8, { key u8, value u8 } × count │ shards u16 │ shard u16 │ embedded frame │</code>
/// </summary>
public sealed record DataBatch : IMessage
{
    /// <summary>The bit of <see cref="Flags"/> that says that the embedded rows are columnar.</summary>
    public const ushort ColumnarFlag = 1;

    /// <summary>The tables that the message is of.</summary>
    public ImmutableArray<byte> TableIds { get; init; } = [];

    /// <summary>The queries that the message is for.</summary>
    public ImmutableArray<byte> QueryIds { get; init; } = [];

    /// <summary>The documents' reserved field.</summary>
    public ushort Flags { get; init; }

    /// <summary>The number of the batch that the message comes from.</summary>
    public long BatchNumber { get; init; }

    /// <summary>Small facts by key, each key once.</summary>
    public ImmutableArray<KeyValuePair<byte, byte>> Meta { get; init; } = [];

    /// <summary>The number of shards, or 0.</summary>
    public ushort TotalShards { get; init; }

    /// <summary>The shard that the message is for.</summary>
    public ushort ShardNumber { get; init; }

    /// <summary>The message, in its own frame.</summary>
    public required Frame Embedded { get; init; }

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.DataBatch;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        body.ByteList(TableIds.AsSpan());
        body.ByteList(QueryIds.AsSpan());
        body.U16(Flags);
        body.I64(BatchNumber);
        body.U8(checked((byte)Meta.Length));
        foreach (var (key, value) in Meta)
        {
            body.U8(key);
            body.U8(value);
        }

        body.U16(TotalShards);
        body.U16(ShardNumber);
        body.U8(Embedded.Opcode);
        body.I32(checked((int)Embedded.Body.Length));
        body.Write(Embedded.Body);
    }

    /// <inheritdoc/>
    public override string ToString() => $"DATA_BATCH {BatchNumber} with {Embedded.Opcode}";

    internal static IMessage Read(ref BodyReader body)
    {
        var (tableIds, queryIds) = (body.ByteList("the table ids"), body.ByteList("the query ids"));
        var (flags, number) = (body.U16("the flags"), body.I64("the number of the batch"));
        var meta = ReadMeta(ref body);
        var (shards, shard) = (body.U16("the number of shards"), body.U16("the shard"));
        var rest = body.Rest();
        if (!FrameReader.TryRead(ref rest, Sender.Bus, out var embedded) || !rest.IsEmpty)
            throw new ProtocolException("DATA_BATCH: found something else, expected one embedded frame.");
        if (embedded.Opcode == Protocol.Opcode.DataBatch) throw new ProtocolException("DATA_BATCH: found another DATA_BATCH in it, expected a message.");
        return new DataBatch
        {
            TableIds = [.. tableIds],
            QueryIds = [.. queryIds],
            Flags = flags,
            BatchNumber = number,
            Meta = meta,
            TotalShards = shards,
            ShardNumber = shard,
            Embedded = embedded,
        };
    }

    private static ImmutableArray<KeyValuePair<byte, byte>> ReadMeta(ref BodyReader body)
    {
        var count = body.U8("the number of meta entries");
        var meta = ImmutableArray.CreateBuilder<KeyValuePair<byte, byte>>(count);
        Span<bool> seen = stackalloc bool[byte.MaxValue + 1];
        while (meta.Count < count)
        {
            var (key, value) = (body.U8("a meta key"), body.U8("a meta value"));
            if (seen[key]) throw body.Unexpected("a meta key", key, "each key once");
            seen[key] = true;
            meta.Add(new(key, value));
        }

        return meta.MoveToImmutable();
    }
}
