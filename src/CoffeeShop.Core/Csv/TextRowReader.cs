using CoffeeShop.Protocol;
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

    /// <summary>Reads the rows of a block.</summary>
    /// <param name="file">The file the block is from.</param>
    /// <param name="block">The block.</param>
    /// <param name="batch">A batch of the file's table, used for checking the rows; what was in it is lost.</param>
    /// <param name="fields">The field of each key; −1 for one that the file does not have, whose values are empty.</param>
    /// <param name="writer">Gets the rows, in the order of the file.</param>
    /// <returns>The writer, each time it is full: it is to be flushed before the next is asked for, so that no more frames are held than are sent.</returns>
    public IEnumerable<RowsWriter> Read(CsvFile file, Block block, Batch batch, int[] fields, RowsWriter writer)
    {
        _rejected.Clear();
        _rows.Read(file.File, file.Header, block, batch);
        if (_rows.Plain is { } plain) return Write(plain, fields, writer);
        return batch.Count > 0 ? WriteRecords(block, fields, writer) : [];
    }

    private static IEnumerable<RowsWriter> Write(PlainBlock plain, int[] fields, RowsWriter writer)
    {
        for (var record = 0; record < plain.Count;)
        {
            record = writer.Add(plain, record, fields);
            if (writer.IsFull) yield return writer;
        }
    }

    private IEnumerable<RowsWriter> WriteRecords(Block block, int[] fields, RowsWriter writer)
    {
        using var records = CsvReader.Create(block.Lines, block.HasQuotes ? Quoted : CsvDialect.Plain);
        while (records.Read())
        {
            if (_rejected.Contains(block.Offset - 1 + records.ByteOffset)) continue;
            writer.BeginRow();
            foreach (var field in fields) writer.Value(field < 0 ? [] : records.GetSpan(field));
            writer.EndRow();
            if (writer.IsFull) yield return writer;
        }
    }
}
