using System.Buffers;
using CoffeeShop.Csv;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>
/// Batches of version 2: a block of a file becomes a batch in columns, or several when it has more rows than a batch may
/// have. A block without a row becomes none.
/// </summary>
internal sealed class ColumnBatching : Batching
{
    private readonly ArrayBufferWriter<byte> _rows = new();
    private readonly RowReader _reader;
    private readonly int _batchRows;
    private ulong _hashSum;

    public ColumnBatching(Dataset dataset, int batchRows, bool isStrict, Action<DataFile> onFile) : base(dataset, isStrict, onFile)
    {
        _batchRows = batchRows;
        _reader = new RowReader(Rejections.Add);
    }

    protected override void BeginTable(Table table) => _hashSum = 0;

    protected override IEnumerable<CutBatch> ReadBlock(CsvFile file, Block block)
    {
        var batch = BatchOf(file.File.Table);
        _reader.Read(file.File, file.Header, block, batch);
        for (int first = 0, count; first < batch.Count; first += count)
        {
            count = ColumnarCodec.RowsThatFit(batch, first, _batchRows);
            _rows.ResetWrittenCount();
            ColumnarCodec.Write(batch, first, count, _rows);
            var hash = ContentHash.Of(_rows.WrittenSpan);
            _hashSum += hash;
            var (number, frame) = (NextNumber(), Frames.Rent());
            FrameWriter.Write(frame, new Columns(batch.Table, number, BatchStatus.Continue, hash, new ReadOnlySequence<byte>(_rows.WrittenMemory)));
            yield return new CutBatch(number, frame, count);
        }
    }

    protected override IEnumerable<CutBatch> EndFile() => [];

    protected override IMessage EndTable(Table table, long last) => new EndOfTable(table, last, _hashSum);
}
