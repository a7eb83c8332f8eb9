using CoffeeShop.Queries;
using CoffeeShop.Results;
using CsvHelper;

namespace CoffeeShop.Output;

/// <summary>
/// A result as CSV files, one per kind of row: RFC 4180, and safe for spreadsheets: text that would be taken for a formula
/// begins with an apostrophe.
/// </summary>
public sealed class CsvExport : IDisposable
{
    private static readonly CsvWriterOptions Dialect = new() { HasHeader = false, Injection = CsvInjection.Escape };

    private readonly List<OutputFile> _files = [];

    /// <summary>Writes the files, without their names yet.</summary>
    /// <param name="rows">The rows of the result.</param>
    /// <param name="folder">Where to write.</param>
    /// <exception cref="OutputException">A file cannot be written.</exception>
    public CsvExport(IEnumerable<ResultRow> rows, string folder)
    {
        var writers = new Dictionary<ResultShape, (OutputFile File, CsvWriter Writer)>();
        OutputFile? current = null;
        try
        {
            foreach (var shape in QueryRegistry.All.SelectMany(query => query.Shapes))
            {
                _files.Add(current = new OutputFile(Path.Combine(folder, $"{shape.Query}.csv")));
                writers.Add(shape, (current, CsvWriter.Create(current.Stream, Dialect, leaveOpen: true)));
                writers[shape].Writer.WriteRecord([.. shape.Columns.Select(column => column.Name)]);
            }

            foreach (var row in rows)
            {
                (current, var writer) = writers[row.Shape];
                WriteRow(writer, row);
            }

            foreach (var (file, writer) in writers.Values)
            {
                current = file;
                writer.Dispose();
                // A full disk shows here, before any of the files has its name.
                file.Stream.Flush();
            }
        }
        catch (Exception e)
        {
            Dispose();
            if (e is IOException failure && current is not null) throw current.Explain(failure);
            throw;
        }
    }

    /// <summary>Gives the files their names.</summary>
    public void Commit()
    {
        foreach (var file in _files) file.Commit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private static void WriteRow(CsvWriter writer, ResultRow row)
    {
        for (var i = 0; i < row.Values.Length; i++)
        {
            // A number is never a formula, though a negative one begins like one.
            if (row.Shape.Columns[i].IsNumber) writer.WriteField(decimal.Parse(row.Values[i]!, System.Globalization.CultureInfo.InvariantCulture));
            else writer.WriteField(row.Values[i]);
        }

        writer.EndRecord();
    }
}
