using System.Text;
using System.Text.Json;
using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Csv;

/// <summary>Reads a file the way a run does, and shows what it says as <see cref="ReferenceTables"/> does.</summary>
internal static class RealReading
{
    /// <summary>Reads a file whose header is right.</summary>
    /// <param name="table">The table.</param>
    /// <param name="path">The file.</param>
    /// <param name="target">The size of a block.</param>
    public static Reading Read(Table table, string path, int target = Block.BytesTarget) => Read(table, path, new Block(target));

    /// <summary>Reads a file with a block that may have been used before.</summary>
    /// <param name="table">The table.</param>
    /// <param name="path">The file.</param>
    /// <param name="block">The block.</param>
    /// <param name="recordByRecord">Whether every block is read as if it had a quote: by the CSV library.</param>
    public static Reading Read(Table table, string path, Block block, bool recordByRecord = false)
    {
        var file = new DataFile(table, path, Path.GetFileName(path), new FileInfo(path).Length);
        List<string> problems = [];
        var header = CsvHeader.Read(file, problems);
        Assert.Empty(problems);
        var reading = new Reading();
        if (header is null) return reading;

        var log = new RejectionLog();
        var rows = new RowReader(rejection =>
        {
            log.Add(rejection);
            reading.Offsets.Add(rejection.Offset);
        });
        var batch = new Batch(table);
        using var blocks = new BlockReader(path, header.DataOffset);
        while (blocks.TryRead(block))
        {
            block.HasQuotes |= recordByRecord;
            rows.Read(file, header, block, batch);
            for (var row = 0; row < batch.Count; row++) reading.Rows.Add(Show(batch, row));
        }

        reading.Rejections.AddRange(Show(log));
        Assert.Equal(Math.Min(log.Count, RejectionLog.ListedMax), reading.Rejections.Count);
        return reading;
    }

    /// <summary>The listed rejections, one a line.</summary>
    public static List<JsonElement> Listed(RejectionLog log)
    {
        using var output = new MemoryStream();
        log.WriteTo(output);
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private static IEnumerable<string> Show(RejectionLog log) => Listed(log).Select(rejection =>
    {
        var (line, column) = (rejection.GetProperty("line").GetInt64(), rejection.GetProperty("column").GetString());
        var (found, expected) = (rejection.GetProperty("found").GetString()!, rejection.GetProperty("expected").GetString()!);
        var flaw = expected switch
        {
            "a closing quote within 1020 KiB" => $"{Flaw.Unclosed}: ",
            "a comma or the end of the line after a closing quote" => $"{Flaw.TextAfterQuote}: ",
            "no quote within a field that does not begin with one" => $"{Flaw.StrayQuote}: ",
            _ when column is not null => $"{column}: ",
            _ => "",
        };
        return $"line {line} {flaw}{found}";
    });

    private static string Show(Batch batch, int row) => string.Join('|', batch.Table.Columns.Select(column => column switch
    {
        Column<int> ids => batch.Values(ids)[row].ToString(),
        Column<long> numbers => batch.Values(numbers)[row].ToString(),
        Column<Money> amounts => batch.Values(amounts)[row].Units.ToString(),
        Column<LocalDate> days => batch.Values(days)[row].ToString(),
        Column<LocalDateTime> seconds => batch.Values(seconds)[row].ToString(),
        TextColumn texts => Encoding.Latin1.GetString(batch.Texts(texts)[row]),
        _ => throw new NotSupportedException(column.Name),
    }));
}
