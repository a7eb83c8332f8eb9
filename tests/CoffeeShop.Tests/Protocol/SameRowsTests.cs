using System.Buffers;
using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Csv;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Protocol;

/// <summary>However rows come, from a file or in either version of the protocol, the same are taken in and the same rejected.</summary>
public sealed class SameRowsTests
{
    public static TheoryData<string> Tables => [.. TableRegistry.All.Select(table => table.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_file_and_both_versions_of_the_protocol_give_the_same_rows(string name)
    {
        var table = TableRegistry.All.Single(table => table.Name == name);
        using var folder = new TemporaryFolder();
        var (fromRows, fromColumns) = (new Batch(table), new Batch(table));
        Seeds.Check(0, 100, (random, _) =>
        {
            var rows = RandomRows(random, table);
            var path = folder.Write("file.csv", string.Join(',', table.WireKeys) + "\n" + string.Concat(rows.Select(Quoted)));
            var file = RealReading.Read(table, path);

            List<string> rejected = [];
            var (frame, _) = Write(table, rows).Flush(1, BatchStatus.EndOfFile);
            var message = (TableRows)Frame.Of(frame.WrittenMemory, Sender.Client).Read();
            fromRows.Clear();
            RowsReader.Append(message.Rows.ToArray(), message.Count, fromRows, (row, column, found) => rejected.Add($"{row} {column.Name}: {Rejection.Quote(found)}"));
            Assert.Equal(file.Rows, Shown.Rows(fromRows));
            Assert.Equal(file.Rejections.Select(rejection => rejection[(rejection.IndexOf(' ') + 1)..].Split(' ', 2)[1]), rejected.Select(rejection => rejection.Split(' ', 2)[1]));

            ColumnarCodec.Read(Shown.Columnar(fromRows), fromColumns);
            Assert.Equal(file.Rows, Shown.Rows(fromColumns));
        });
    }

    private static string[][] RandomRows(Random random, Table table)
    {
        var fields = new RandomFields(random);
        // What is no UTF-8 never leaves our client: it rejects such rows, or mends columns that nobody reads.
        return [.. Enumerable.Range(0, random.Next(12)).Select(_ => table.WireKeys
            .Select(key => random.OneIn(25) ? fields.Bad() : fields.Of(key))
            .Select(field => field is "\u00C3\u0028" or "\u00FF\u00FE" ? "" : field).ToArray())];
    }

    private static string Quoted(string[] row) => string.Join(',', row.Select(field => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\n";

    private static RowsWriter Write(Table table, string[][] rows)
    {
        var writer = new RowsWriter(table, rowsMax: 1000, () => new ArrayBufferWriter<byte>());
        foreach (var row in rows)
        {
            writer.BeginRow();
            foreach (var field in row) writer.Value(Encoding.Latin1.GetBytes(field));
            writer.EndRow();
        }

        return writer;
    }
}
