using System.Buffers;
using System.Buffers.Binary;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>
/// The columnar rows of a batch: on the wire in version 2, and on the bus.
/// <code>
/// │ rows i32 │ column │ column │ …                                       in the order of the table
/// values of one size:  │ width u8 = 1, 2, 4, 8 │ base i64 │ offset from base, width bytes, unsigned │ × rows
/// texts:               │ bytes i32 │ width u8 = 1, 2, 4 │ length, width bytes │ × rows │ UTF-8, bytes │
/// </code>
/// The base is the lowest value and the width the least that holds the highest, so equal rows give equal bytes.
/// </summary>
public static class ColumnarCodec
{
    /// <summary>Writes all rows of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="output">Gets the bytes.</param>
    public static void Write(Batch batch, IBufferWriter<byte> output) => Write(batch, 0, batch.Count, output);

    /// <summary>Writes some rows of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="firstRow">The first of them.</param>
    /// <param name="rowCount">How many.</param>
    /// <param name="output">Gets the bytes.</param>
    public static void Write(Batch batch, int firstRow, int rowCount, IBufferWriter<byte> output)
    {
        CheckRows(batch, firstRow, rowCount);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), rowCount);
        output.Advance(sizeof(int));
        foreach (var column in batch.Columns) column.Encode(firstRow, rowCount, output);
    }

    /// <summary>Some rows of a batch take no more than this.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="firstRow">The first of them.</param>
    /// <param name="rowCount">How many.</param>
    public static long BytesMax(Batch batch, int firstRow, int rowCount)
    {
        CheckRows(batch, firstRow, rowCount);
        var bytes = (long)sizeof(int);
        foreach (var column in batch.Columns) bytes += column.EncodedBytesMax(firstRow, rowCount);
        return bytes;
    }

    /// <summary>
    /// How many rows are sent together: as many as certainly fit, and at least one, which does when it comes from a
    /// <see cref="Csv.Block"/>. It follows from the rows alone.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="firstRow">The first of them.</param>
    /// <param name="rowCountMax">No more than this.</param>
    /// <param name="bytesMax">What they may take together.</param>
    public static int RowsThatFit(Batch batch, int firstRow, int rowCountMax, int bytesMax = Columns.RowsBytesMax)
    {
        var rest = Math.Min(rowCountMax, batch.Count - firstRow);
        if (rest <= 1 || BytesMax(batch, firstRow, rest) <= bytesMax) return rest;
        // What a row adds is the same wherever it stands, so the highest number that fits is found by halving.
        var (fits, beyond) = (1, rest);
        while (beyond - fits > 1)
        {
            var middle = fits + ((beyond - fits) / 2);
            if (BytesMax(batch, firstRow, middle) <= bytesMax) fits = middle;
            else beyond = middle;
        }

        return fits;
    }

    /// <summary>Fills a batch with rows that <see cref="Write(Batch, IBufferWriter{byte})"/> wrote. No value gets in that reading text would have refused.</summary>
    /// <param name="payload">The bytes, and no others. They are copied.</param>
    /// <param name="batch">A batch of the table; what was in it is lost. It is empty after an error.</param>
    /// <exception cref="ProtocolException">They are no rows of the table.</exception>
    public static void Read(ReadOnlySpan<byte> payload, Batch batch)
    {
        batch.Clear();
        var reader = new ColumnReader(payload, batch.Table);
        var columns = batch.Columns;
        // Every row has at least one byte in every column, so that few bytes cannot claim many rows.
        var count = reader.RowCount(columns.Length);
        batch.Reserve(count);
        for (var i = 0; i < columns.Length; i++) columns[i].Decode(ref reader, count, batch.Table.Columns[i]);
        reader.End();
        batch.Commit(count);
    }

    private static void CheckRows(Batch batch, int firstRow, int rowCount)
    {
        if (firstRow < 0 || rowCount < 0 || rowCount > batch.Count - firstRow)
            throw new ArgumentOutOfRangeException(nameof(rowCount), rowCount, $"There are {batch.Count} rows, and the first is to be {firstRow}.");
    }
}
