using System.Buffers;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>
/// A batch of version 2: <code>│ table u8 │ number i64 │ status u8 │ content hash u64 │ columnar rows │</code>
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Number">Its number: 1 … K for the batches of a table.</param>
/// <param name="Status">What it says about the batches after it.</param>
/// <param name="Hash">The <see cref="Delivery.ContentHash"/> of <paramref name="Rows"/>, as the sender says.</param>
/// <param name="Rows">The rows, for <see cref="ColumnarCodec.Read"/>.</param>
public sealed record Columns(Table Table, long Number, BatchStatus Status, ulong Hash, ReadOnlySequence<byte> Rows) : IMessage
{
    /// <summary>The size of what stands before the rows.</summary>
    public const int HeaderBytes = sizeof(byte) + sizeof(long) + sizeof(byte) + sizeof(ulong);

    /// <summary>No columnar rows are longer.</summary>
    public const int RowsBytesMax = Frame.BodyBytesMax - HeaderBytes;

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.Columns;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        body.U8(Table.Opcode);
        body.I64(Number);
        body.U8((byte)Status);
        body.U64(Hash);
        body.Write(Rows);
    }

    internal static IMessage Read(ref BodyReader body) => new Columns(
        TableField.Read(ref body), body.I64("the number of the batch", min: 1), StatusField.Read(ref body), body.U64("the content hash"), body.Rest());
}
