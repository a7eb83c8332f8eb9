using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Csv;

public sealed class UnclosedQuoteTests : IDisposable
{
    private const string Header = "user_id,birthdate,note\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1,2000-01-01,\"open\n2,2000-01-02,\n3,2000-01-03,\n", "line 2 Unclosed: 1,2000-01-01,\"open", "2,3")]
    [InlineData("1,2000-01-01,\n\"2,2000-01-02,\r\n3,2000-01-03,", "line 3 Unclosed: \"2,2000-01-02,", "1,3")]
    [InlineData("1,2000-01-01,\n2,2000-01-02,\"", "line 3 Unclosed: 2,2000-01-02,\"", "1")]
    [InlineData("1,2000-01-01,\n2,2000-01-02,\"open\n", "line 3 Unclosed: 2,2000-01-02,\"open", "1")]
    [InlineData("\n\n1,2000-01-01,\"open\"\"\n2,2000-01-02,\n", "line 4 Unclosed: 1,2000-01-01,\"open\"\"", "2")]
    public void A_stray_quote_costs_one_line(string rows, string rejection, string users)
    {
        foreach (var target in (int[])[1, 2, 3, 7, 20, Block.BytesTarget])
        {
            var reading = Read(rows, target);
            Assert.Equal([rejection], reading.Rejections);
            Assert.Equal(users.Split(','), reading.Rows.Select(User));
        }
    }

    [Fact]
    public void A_doubled_quote_may_be_cut_anywhere()
    {
        const string Rows = "1,2000-01-01,\"a\"\"b\"\n2,2000-01-02,\"\"\"\"\n3,2000-01-03,\"\"\n\"4\",\"2000-01-04\",\"\"\"\n\"\"\"\r\n5,2000-01-05,\"x\"\n";
        for (var target = 1; target < Rows.Length + 2; target++)
        {
            var reading = Read(Rows, target);
            Assert.Empty(reading.Rejections);
            Assert.Equal(["1", "2", "3", "4", "5"], reading.Rows.Select(User));
        }
    }

    [Fact]
    public void A_stray_quote_in_a_file_of_many_blocks_costs_one_line()
    {
        var rows = Enumerable.Range(1, 150_000).Select(i => i is 40_000 or 140_000 ? $"{i},2000-01-01,\"\n" : $"{i},2000-01-01,\n").ToList();
        // The first is 2 MiB before the second, so they do not close each other.
        var reading = Read(string.Concat(rows));
        Assert.Equal(["line 40001 Unclosed: 40000,2000-01-01,\"", "line 140001 Unclosed: 140000,2000-01-01,\""], reading.Rejections);
        Assert.Equal(Enumerable.Range(1, 150_000).Where(i => i is not (40_000 or 140_000)).Select(i => $"{i}"), reading.Rows.Select(User));
    }

    [Theory]
    [InlineData(Block.RecordBytesMax - 1, true)]
    [InlineData(Block.RecordBytesMax, false)]
    [InlineData(3 * Block.RecordBytesMax, false)]
    public void A_record_is_bounded_with_its_line_end(int bytes, bool fits)
    {
        foreach (var target in (int[])[5, 1000, Block.BytesTarget])
        {
            foreach (var end in (string[])["\n", "\n2,2000-01-02,\n", ""])
            {
                var reading = Read(Quoted(bytes) + end, target);
                string[] expected = [.. fits ? ["1"] : Array.Empty<string>(), .. end.Length > 1 ? ["2"] : Array.Empty<string>()];
                Assert.Equal(expected, reading.Rows.Select(User));
                Assert.Equal(fits ? 0 : 1, reading.Rejections.Count);
            }
        }
    }

    [Fact]
    public void A_record_of_many_lines_that_is_too_long_loses_its_first_line_and_the_rest_are_rejected_one_by_one()
    {
        var reading = Read($"1,2000-01-01,\"{string.Concat(Enumerable.Repeat("note\n", Block.RecordBytesMax / 5))}\"\n2,2000-01-02,\n");
        Assert.Equal("line 2 Unclosed: 1,2000-01-01,\"note", reading.Rejections[0]);
        Assert.All(reading.Rejections.Skip(1), rejection => Assert.EndsWith("1 fields", rejection, StringComparison.Ordinal));
        Assert.Equal(["2"], reading.Rows.Select(User));
    }

    [Theory]
    [InlineData("\n2,2000-01-02,\n")]
    [InlineData("\r\n2,2000-01-02,\r\n")]
    [InlineData("")]
    public void A_line_without_end_is_passed_over_and_the_file_goes_on(string end)
    {
        var reading = Read($"1,2000-01-01,{new string('x', 2 * Block.RecordBytesMax)}{end}");
        Assert.Equal([$"line 2 1,2000-01-01,{new string('x', 187)}"], reading.Rejections);
        Assert.Equal(end.Length > 0 ? ["2"] : [], reading.Rows.Select(User));
    }

    [Fact]
    public void A_block_that_has_grown_cuts_where_a_new_one_does()
    {
        var grown = new Block();
        var path = _folder.Write("long.csv", Header + Quoted(1_000_000) + "\n");
        using (var blocks = new BlockReader(path, Header.Length)) Assert.True(blocks.TryRead(grown));
        path = _folder.Write("rows.csv", Header + string.Concat(Enumerable.Repeat("1,2000-01-01,\n", 60_000)));
        Assert.Equal(Cuts(path, new Block()), Cuts(path, grown));
    }

    private static List<(long, int)> Cuts(string path, Block block)
    {
        List<(long, int)> cuts = [];
        using var blocks = new BlockReader(path, Header.Length);
        while (blocks.TryRead(block)) cuts.Add((block.Offset, block.Records.Length));
        return cuts;
    }

    /// <summary>A record of so many bytes.</summary>
    private static string Quoted(int bytes) => $"1,2000-01-01,\"{new string('x', bytes - 15)}\"";

    private static string User(string row) => row.Split('|')[0];

    private Reading Read(string rows, int target = Block.BytesTarget) =>
        RealReading.Read(Users.Table, _folder.Write("users.csv", Header + rows), target);
}
