using System.Runtime.InteropServices;
using System.Text;
using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>A row that a reader must reject.</summary>
/// <param name="Line">The line it begins in; the header is line 1.</param>
/// <param name="Column">The column that does not fit, or null when the row as a whole does not.</param>
internal readonly record struct ExpectedRejection(int Line, string? Column);

/// <summary>
/// A small file that is put together row by row, with the lines of the rows that a reader must reject. Rows are text as it
/// stands in the file, quotes and all.
/// </summary>
internal sealed class EdgeFile
{
    private readonly List<byte> _bytes = [];
    private readonly byte[] _lineEnd;
    private int _line = 1;

    /// <summary>Begins a file with its header.</summary>
    /// <param name="table">The table.</param>
    /// <param name="topic">What the file is about; the end of its name.</param>
    /// <param name="header">The header.</param>
    /// <param name="lineEnd">How lines end.</param>
    /// <param name="hasMark">Whether it begins with a byte order mark.</param>
    public EdgeFile(Table table, string topic, string header, string lineEnd = "\n", bool hasMark = false)
    {
        Table = table;
        Name = $"{table}/{table}_edge_{topic}.csv";
        _lineEnd = Encoding.ASCII.GetBytes(lineEnd);
        if (hasMark) _bytes.AddRange([0xEF, 0xBB, 0xBF]);
        if (header.Length > 0) Row(header);
    }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>Its path in the folder. Letters sort after digits, so it is read after the files of months.</summary>
    public string Name { get; }

    /// <summary>The rows to reject, by line.</summary>
    public List<ExpectedRejection> Rejections { get; } = [];

    /// <summary>What is in the file.</summary>
    public ReadOnlySpan<byte> Bytes => CollectionsMarshal.AsSpan(_bytes);

    /// <summary>Adds rows that fit, or blank lines.</summary>
    public EdgeFile Rows(params ReadOnlySpan<string> rows)
    {
        foreach (var row in rows) Row(row);
        return this;
    }

    /// <summary>Adds rows whose only fault is in one column, or in the row as a whole.</summary>
    /// <param name="column">The column, or null.</param>
    /// <param name="rows">The rows.</param>
    public EdgeFile Rejected(Column? column, params ReadOnlySpan<string> rows)
    {
        foreach (var row in rows)
        {
            Rejections.Add(new ExpectedRejection(_line, column?.Name));
            Row(row);
        }

        return this;
    }

    /// <summary>Adds a row with bytes that are no UTF-8, put where the text has <c>?</c>.</summary>
    public EdgeFile WithBytes(ReadOnlySpan<byte> invalid, string row)
    {
        var at = row.IndexOf('?', StringComparison.Ordinal);
        _bytes.AddRange(Encoding.UTF8.GetBytes(row[..at]));
        _bytes.AddRange(invalid);
        Row(row[(at + 1)..]);
        return this;
    }

    /// <summary>As <see cref="WithBytes"/>, in a column that is read.</summary>
    public EdgeFile RejectedWithBytes(Column column, ReadOnlySpan<byte> invalid, string row)
    {
        Rejections.Add(new ExpectedRejection(_line, column.Name));
        return WithBytes(invalid, row);
    }

    /// <summary>Takes the last line end away.</summary>
    public EdgeFile WithoutFinalLineEnd()
    {
        _bytes.RemoveRange(_bytes.Count - _lineEnd.Length, _lineEnd.Length);
        return this;
    }

    private void Row(string row)
    {
        _bytes.AddRange(Encoding.UTF8.GetBytes(row));
        _bytes.AddRange(_lineEnd);
        // Lines are physical: a line feed within quotes begins another one.
        _line += 1 + row.Count(c => c == '\n');
    }
}
