using System.Runtime.CompilerServices;
using CoffeeShop.Tables;
using CsvHelper;

namespace CoffeeShop.Csv;

/// <summary>
/// Parses the records of blocks into batches. Each record becomes a row of the batch or a rejection, never both or
/// neither. Not for concurrent use: every thread has its own.
/// </summary>
public sealed class RowReader
{
    private readonly CsvReaderOptions _quoted;
    private readonly PlainBlock _plain = new();
    private readonly Action<Rejection> _onRejected;
    private CsvMalformedReason? _malformed;

    /// <summary>Where the fields of the last block are, when all of it was plain and right; otherwise null.</summary>
    internal PlainBlock? Plain { get; private set; }

    /// <summary>Makes a reader.</summary>
    /// <param name="onRejected">Called for every row that is rejected, in the order of the file.</param>
    public RowReader(Action<Rejection> onRejected)
    {
        _onRejected = onRejected;
        _quoted = CsvDialect.Quoted with { OnMalformedRecord = record => _malformed ??= record.Reason };
    }

    /// <summary>Fills a batch with the rows of a block.</summary>
    /// <param name="file">The file the block is from.</param>
    /// <param name="header">The file's header.</param>
    /// <param name="block">The block. The texts of the batch may be its bytes, so it may not be filled again while they are in use.</param>
    /// <param name="batch">A batch of the file's table; what was in it is lost.</param>
    public void Read(DataFile file, CsvHeader header, Block block, Batch batch)
    {
        batch.Clear();
        Plain = null;
        if (block.IsUnclosed)
        {
            var line = block.Records.TrimEnd("\r\n"u8);
            var expected = block.HasQuotes ? "a closing quote within 1020 KiB" : "the end of the line within 1020 KiB";
            _onRejected(new Rejection(file, block.Offset, null, Rejection.Quote(line), expected));
            return;
        }

        if (!TryReadPlain(header, block, batch)) ReadRecords(file, header, block, batch);
    }

    /// <summary>
    /// Reads a plain block column by column, if every value of it is right. Whatever is not in order is left to
    /// <see cref="ReadRecords"/>, which alone knows how to reject a row.
    /// </summary>
    private bool TryReadPlain(CsvHeader header, Block block, Batch batch)
    {
        if (!_plain.TryScan(block, header.FieldCount)) return false;
        var columns = batch.Columns;
        batch.Reserve(_plain.Count);
        for (var i = 0; i < columns.Length; i++)
            if (!columns[i].TrySetAll(0, _plain.Fields(header.Fields[i]))) return false;

        batch.Commit(_plain.Count);
        Plain = _plain;
        return true;
    }

    /// <summary>Reads any block, record by record.</summary>
    [MethodImpl(Hot.Path)]
    private void ReadRecords(DataFile file, CsvHeader header, Block block, Batch batch)
    {
        using var records = CsvReader.Create(block.Lines, block.HasQuotes ? _quoted : CsvDialect.Plain);
        var fields = header.Fields.AsSpan();
        var columns = batch.Columns;
        var fieldCount = header.FieldCount;
        var row = 0;
        _malformed = null;
        while (records.Read())
        {
            batch.Reserve(row + 1);
            var fitting = 0;
            if (records.FieldCount == fieldCount && _malformed is null)
                while (fitting < columns.Length && columns[fitting].TrySet(row, records.GetSpan(fields[fitting]))) fitting++;

            if (fitting == columns.Length) row++;
            else Reject(file, header, block, records, fitting);
        }

        batch.Commit(row);
    }

    /// <summary>Tells why the current record is no row: as a whole, or for its first column that does not fit.</summary>
    private void Reject(DataFile file, CsvHeader header, Block block, CsvReader records, int firstUnfit)
    {
        var column = file.Table.Columns[firstUnfit];
        var (name, found, expected) = _malformed switch
        {
            CsvMalformedReason.StrayQuote =>
                (null, Rejection.Quote(records.RawRecord), "no quote within a field that does not begin with one"),
            { } => (null, Rejection.Quote(records.RawRecord), "a comma or the end of the line after a closing quote"),
            null when records.FieldCount != header.FieldCount =>
                (null, $"{records.FieldCount} fields", $"{header.FieldCount} fields, as in the header"),
            null => ((string?)column.Name, Rejection.Quote(records.GetSpan(header.Fields[firstUnfit])), column.Expected),
        };
        _malformed = null;
        _onRejected(new Rejection(file, block.Offset - 1 + records.ByteOffset, name, found, expected));
    }
}
