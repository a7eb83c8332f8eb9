using System.Buffers;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Protocol;

/// <summary>Reads frames as the server does, down to the rows, with buffers that it keeps.</summary>
internal sealed class DeepReader
{
    private readonly Dictionary<Table, Batch> _batches = TableRegistry.All.ToDictionary(table => table, table => new Batch(table));
    private byte[] _buffer = [];

    /// <summary>What was read last, in its frame, and its rows.</summary>
    public List<string> Rows { get; } = [];

    /// <summary>Reads all whole frames.</summary>
    /// <returns>How many there were.</returns>
    public int Read(ReadOnlySequence<byte> buffer, Sender sender, bool showsRows = false)
    {
        Rows.Clear();
        var count = 0;
        for (; FrameReader.TryRead(ref buffer, sender, out var frame); count++) Read(frame, showsRows);
        return count;
    }

    private void Read(Frame frame, bool showsRows)
    {
        switch (frame.Read())
        {
            case TableRows rows:
                var batch = _batches[rows.Table];
                batch.Clear();
                RowsReader.Append(rows.Rows.AsSpan(ref _buffer), rows.Count, batch, (_, column, found) => Assert.NotNull(column));
                if (showsRows) Rows.AddRange(Shown.Rows(batch));
                break;
            case Columns columns:
                batch = _batches[columns.Table];
                ColumnarCodec.Read(columns.Rows.AsSpan(ref _buffer), batch);
                if (showsRows) Rows.AddRange(Shown.Rows(batch));
                break;
            case DataBatch envelope:
                Read(envelope.Embedded, showsRows);
                break;
        }
    }
}
