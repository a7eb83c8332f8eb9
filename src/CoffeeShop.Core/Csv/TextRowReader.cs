using CoffeeShop.Tables;
using CsvHelper;

namespace CoffeeShop.Csv;

/// <summary>
/// Reads the rows of blocks as the texts of their fields, for servers that want texts, other columns than the queries read
/// included. What <see cref="RowReader"/> rejects is no row here either. Not for concurrent use.
/// </summary>
public sealed class TextRowReader
{
    // What is malformed has been rejected before; here it only must not end the reading.
    private static readonly CsvReaderOptions Quoted = CsvDialect.Quoted with { OnMalformedRecord = _ => { } };

    private readonly RowReader _rows;
    private readonly HashSet<long> _rejected = [];

    /// <summary>Makes a reader.</summary>
    /// <param name="onRejected">Called for every row that is rejected, in the order of the file.</param>
    public TextRowReader(Action<Rejection> onRejected) => _rows = new RowReader(rejection =>
    {
        _rejected.Add(rejection.Offset);
        onRejected(rejection);
    });

    /// <summary>Takes a row. The texts are gone when it returns.</summary>
    /// <param name="row">The row.</param>
    public delegate void RowAction(TextRow row);

    /// <summary>Reads the rows of a block.</summary>
    /// <param name="file">The file the block is from.</param>
    /// <param name="block">The block.</param>
    /// <param name="batch">A batch of the file's table, used for checking the rows; what was in it is lost.</param>
    /// <param name="fields">The fields that are wanted; −1 for one that the file does not have.</param>
    /// <param name="onRow">Called for every row, in the order of the file.</param>
    public void Read(CsvFile file, Block block, Batch batch, ReadOnlySpan<int> fields, RowAction onRow)
    {
        _rejected.Clear();
        _rows.Read(file.File, file.Header, block, batch);
        if (batch.Count == 0) return;
        if (_rows.Plain is { } plain)
        {
            for (var record = 0; record < plain.Count; record++) onRow(new TextRow(plain, record, fields));
            return;
        }

        using var records = CsvReader.Create(block.Lines, block.HasQuotes ? Quoted : CsvDialect.Plain);
        while (records.Read())
            if (!_rejected.Contains(block.Offset - 1 + records.ByteOffset)) onRow(new TextRow(records, fields));
    }
}

/// <summary>A row as the texts of its fields, without their quotes.</summary>
public readonly ref struct TextRow
{
    private readonly PlainBlock? _plain;
    private readonly int _record;
    private readonly CsvReader? _records;
    private readonly ReadOnlySpan<int> _fields;

    internal TextRow(CsvReader records, ReadOnlySpan<int> fields)
    {
        _records = records;
        _fields = fields;
    }

    internal TextRow(PlainBlock plain, int record, ReadOnlySpan<int> fields)
    {
        (_plain, _record) = (plain, record);
        _fields = fields;
    }

    /// <summary>The text of a field that is wanted; empty when the file does not have it. It may be no UTF-8 when no query reads it.</summary>
    /// <param name="index">Its place among those that are wanted.</param>
    public ReadOnlySpan<byte> this[int index] =>
        _fields[index] < 0 ? [] : _plain is { } plain ? plain.Field(_record, _fields[index]) : _records!.GetSpan(_fields[index]);
}
