using System.Buffers;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>A batch of version 1, each row a map of texts: <code>│ rows i32 │ number i64 │ status u8 │ rows │</code></summary>
/// <param name="Table">The table, from the opcode.</param>
/// <param name="Count">The number of rows. What they say has not been looked at.</param>
/// <param name="Number">What the client numbers the batch; it may begin again with every file.</param>
/// <param name="Status">What it says about the batches after it.</param>
/// <param name="Rows">The rows.</param>
public sealed record TableRows(Table Table, int Count, long Number, BatchStatus Status, ReadOnlySequence<byte> Rows) : IMessage
{
    /// <summary>The size of what stands before the rows.</summary>
    public const int HeaderBytes = sizeof(int) + sizeof(long) + sizeof(byte);

    /// <inheritdoc/>
    public byte Opcode => Table.Opcode;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        WriteHeader(ref body, Count, Number, Status);
        body.Write(Rows);
    }

    /// <summary>Writes all of the frame that stands before the rows.</summary>
    internal static void WriteHeader(IBufferWriter<byte> output, Table table, int count, long number, BatchStatus status, int rowsBytes)
    {
        var frame = FrameWriter.Begin(output, table.Opcode, HeaderBytes + rowsBytes);
        WriteHeader(ref frame, count, number, status);
    }

    private static void WriteHeader(ref BodyWriter body, int count, long number, BatchStatus status)
    {
        body.I32(count);
        body.I64(number);
        body.U8((byte)status);
    }

    internal static MessageReader ReaderOf(Table table) => (ref BodyReader body) =>
    {
        var count = body.I32("the number of rows");
        var number = body.I64("the number of the batch");
        var status = StatusField.Read(ref body);
        // A row has at least the number of its pairs.
        var countMax = body.Remaining / sizeof(int);
        if (count < 0 || count > countMax) throw body.Unexpected("the number of rows", count, $"0 to {countMax} in {body.Remaining} bytes");
        return new TableRows(table, count, number, status, body.Rest());
    };
}
