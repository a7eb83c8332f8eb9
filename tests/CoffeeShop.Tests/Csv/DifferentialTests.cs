using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Csv;

public sealed class DifferentialTests
{
    public static TheoryData<string> Tables => [.. TableRegistry.All.Select(table => table.Name)];

    [Fact]
    public void The_reference_has_the_same_tables_and_columns() => Assert.Equal(
        ReferenceTables.All.OrderBy(table => table.Key).Select(table => (table.Key, string.Join(' ', table.Value.SelectMany(column => column.Names)))),
        TableRegistry.All.OrderBy(table => table.Name).Select(table => (table.Name, string.Join(' ', table.Columns.SelectMany(column => column.Names)))));

    [Theory]
    [MemberData(nameof(Tables))]
    public void Any_file_reads_as_the_reference_reads_it_whatever_the_size_of_a_block(string name)
    {
        using var folder = new TemporaryFolder();
        var table = TableRegistry.All.Single(table => table.Name == name);
        var block = new Block();
        Claim.HoldsForAll(200, GenerateCsv.File(name), pieces =>
        {
            var text = string.Concat(pieces);
            if (!IsRight(name, text)) return;
            var path = folder.Write("file.csv", text);
            var expected = ReferenceTables.Read(name, text);
            AssertSame(expected, RealReading.Read(table, path, block));
            foreach (var target in (int[])[1, 2 + (text.Length % 61)]) AssertSame(expected, RealReading.Read(table, path, target));
        });
    }

    /// <summary>Blocks without a flaw are read column by column, all others record by record; nobody can tell.</summary>
    [Theory]
    [MemberData(nameof(Tables))]
    public void A_plain_file_reads_as_the_reference_reads_it_and_as_if_it_were_not_plain(string name)
    {
        using var folder = new TemporaryFolder();
        var table = TableRegistry.All.Single(table => table.Name == name);
        var block = new Block();
        Claim.HoldsForAll(300, GenerateCsv.PlainFile(name), pieces =>
        {
            var text = string.Concat(pieces);
            if (!IsRight(name, text)) return;
            var path = folder.Write("file.csv", text);
            var expected = ReferenceTables.Read(name, text);
            AssertSame(expected, RealReading.Read(table, path, block));
            AssertSame(expected, RealReading.Read(table, path, block, recordByRecord: true));
            foreach (var target in (int[])[1, 2 + (text.Length % 61), 200 + (text.Length % 613)]) AssertSame(expected, RealReading.Read(table, path, target));
        });
    }

    /// <summary>A smaller counterexample may have lost its header.</summary>
    private static bool IsRight(string table, string text) => ReferenceCsv.Read(text) is [{ Flaw: Flaw.None } header, ..]
        && ReferenceTables.All[table].All(column => header.Fields.Count(field => column.Names.Contains(field)) == 1);

    private static void AssertSame(Reading expected, Reading actual)
    {
        Assert.Equal(expected.Rows, actual.Rows);
        Assert.Equal(expected.Rejections, actual.Rejections);
        Assert.Equal(expected.Offsets, actual.Offsets);
    }
}
