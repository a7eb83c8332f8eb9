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
    private readonly Dictionary<Table, Batch> _batches = TableRegistry.All.ToDictionary(table => table, table => new Batch(table));
    private readonly ArrayBufferWriter<byte> _rows = new();
    private readonly RowReader _reader;
    private ulong _hashSum;

    public ColumnBatching(Dataset dataset, int batchRows, bool isStrict, Action<DataFile> onFile) : base(dataset, batchRows, isStrict, onFile) =>
        _reader = new RowReader(Rejections.Add);

    protected override void BeginTable(Table table) => _hashSum = 0;

    protected override IEnumerable<(IMessage Message, int Rows)> ReadBlock(CsvFile file, Block block, long last)
    {
        var batch = _batches[file.File.Table];
        batch.Clear();
        _reader.Read(file.File, file.Header, block, batch);
        for (int first = 0, rows; first < batch.Count; first += rows)
        {
            rows = ColumnarCodec.RowsThatFit(batch, first, BatchRows);
            _rows.ResetWrittenCount();
            ColumnarCodec.Write(batch, first, rows, _rows);
            if (_rows.WrittenCount > Columns.RowsBytesMax)
                throw new InputException($"{file.File.Name}: a row near byte {block.Offset} is too long to be sent: it takes {_rows.WrittenCount} bytes, at most {Columns.RowsBytesMax} fit.");
            var hash = ContentHash.Of(_rows.WrittenSpan);
            _hashSum += hash;
            yield return (new Columns(batch.Table, ++last, BatchStatus.Continue, hash, new ReadOnlySequence<byte>(_rows.WrittenMemory)), rows);
        }
    }

    protected override IEnumerable<(IMessage Message, int Rows)> EndFile(CsvFile file, long last) => [];

    protected override IMessage EndTable(Table table, long last) => new EndOfTable(table, last, _hashSum);
}
