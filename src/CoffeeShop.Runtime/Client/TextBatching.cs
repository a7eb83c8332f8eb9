using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>Batches of version 1: each row has exactly the keys of the documents, and the last batch of a file says so.</summary>
internal sealed class TextBatching : Batching
{
    private readonly TextRowReader _reader;
    private readonly int _batchRows;
    private RowsWriter _writer;

    public TextBatching(Dataset dataset, int batchRows, bool isStrict, Action<DataFile> onFile) : base(dataset, isStrict, onFile)
    {
        _batchRows = batchRows;
        _reader = new TextRowReader(Rejections.Add);
        _writer = new RowsWriter(TableRegistry.All[0], batchRows, Frames.Rent);
    }

    protected override void BeginTable(Table table) => _writer = new RowsWriter(table, _batchRows, Frames.Rent);

    protected override IEnumerable<CutBatch> ReadBlock(CsvFile file, Block block)
    {
        int[] fields = [.. _writer.Keys.Select(key => FieldOf(file, key))];
        return _reader.Read(file, block, BatchOf(file.File.Table), fields, _writer).Select(_ => Flush(BatchStatus.Continue));
    }

    protected override IEnumerable<CutBatch> EndFile() => _writer.Count > 0 ? [Flush(BatchStatus.EndOfFile)] : [];

    protected override IMessage EndTable(Table table, long last) => new EndOfTable(table, last, HashSum: null);

    private CutBatch Flush(BatchStatus status)
    {
        var number = NextNumber();
        var (frame, rows) = _writer.Flush(number, status);
        return new CutBatch(number, frame, rows);
    }

    /// <summary>The field of a key; −1 when the file has none, and an empty value is sent.</summary>
    private static int FieldOf(CsvFile file, WireKey key)
    {
        for (var field = 0; field < file.Header.Names.Length; field++)
            if (key.Names.Contains(file.Header.Names[field])) return field;
        return -1;
    }
}
