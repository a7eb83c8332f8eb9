using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Tables;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Csv;

public sealed class RejectionLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_by_table_file_and_line_are_kept_whatever_the_order_of_adding_and_merging()
    {
        // Lines of two bytes each, so that line n begins at 2 (n − 1).
        _folder.Write("a", string.Concat(Enumerable.Repeat("x\n", 400)));
        var all = (from table in TableRegistry.All
                   from name in (string[])["B", "a", "b"]
                   from line in Enumerable.Range(1, 100)
                   select NewRejection(table, name, 2 * (line - 1))).ToArray();
        var expected = all.Take(RejectionLog.ListedMax).Select((rejection, i) => $"{rejection.File.Table} {rejection.File.Name} {1 + (i % 100)}").ToList();
        Claim.Holds(20, Gen.Shuffle(all).Zip(Gen.Choose(1, 5)), drawn =>
        {
            var (order, count) = drawn;
            var logs = Enumerable.Range(0, count).Select(_ => new RejectionLog()).ToList();
            for (var i = 0; i < order.Length; i++) logs[i % count].Add(order[i]);
            var whole = new RejectionLog();
            foreach (var log in logs) whole.Merge(log);

            Assert.Equal(all.Length, whole.Count);
            Assert.All(TableRegistry.All, table => Assert.Equal(300, whole.CountOf(table)));
            Assert.Equal(expected, RealReading.Listed(whole).Select(line => $"{line.GetProperty("table")} {line.GetProperty("file")} {line.GetProperty("line")}"));
        });
    }

    [Fact]
    public void A_rejection_is_a_line_of_json_with_six_keys_in_order()
    {
        _folder.Write("a", "header\nrow\n");
        var log = new RejectionLog();
        log.Add(new Rejection(File(Users.Table, "u.csv"), 7, "birthdate", "a\"b\\c\nd\0é☕", "a date"));
        log.Add(new Rejection(File(Users.Table, "u.csv"), 0, null, "", "3 fields"));
        Assert.Equal(
            """
            {"table":"users","file":"u.csv","line":1,"column":null,"found":"","expected":"3 fields"}
            {"table":"users","file":"u.csv","line":2,"column":"birthdate","found":"a\"b\\c\nd\u0000é☕","expected":"a date"}

            """,
            Written(log));
    }

    [Fact]
    public void Any_text_that_was_found_survives_the_json()
    {
        _folder.Write("a", "x");
        Claim.Holds(300, Generate.Text("\"", "\\", "\n", "\t", "\0", "\u007F", "é", "☕", "😀", "\u2028", "<&>", "\uFFFD", "\uE000"), found =>
        {
            var log = new RejectionLog();
            log.Add(new Rejection(File(Users.Table, "u.csv"), 0, null, found, "nothing"));
            Assert.Equal(found, Assert.Single(RealReading.Listed(log)).GetProperty("found").GetString());
        });
    }

    [Fact]
    public void A_log_without_rejections_writes_nothing() => Assert.Equal("", Written(new RejectionLog()));

    [Fact]
    public void What_was_found_is_cut_at_200_characters_and_never_within_one() => Claim.Holds(
        500, Gen.Elements("x", "é", "☕", "😀").ArrayOf(210), characters =>
        {
            var text = string.Concat(characters);
            var cut = Rejection.Quote(Encoding.UTF8.GetBytes(text));
            Assert.StartsWith(cut, text, StringComparison.Ordinal);
            Assert.InRange(cut.Length, Rejection.FoundCharsMax - 1, Rejection.FoundCharsMax);
            Assert.Equal(cut.Length == Rejection.FoundCharsMax - 1, char.IsHighSurrogate(text[Rejection.FoundCharsMax - 1]));
        });

    [Theory]
    [InlineData(199)]
    [InlineData(200)]
    public void What_was_found_is_whole_up_to_200_characters(int length) =>
        Assert.Equal(length, Rejection.Quote(Encoding.UTF8.GetBytes(new string('☕', length))).Length);

    [Fact]
    public void What_is_no_text_shows_as_replacement_characters() => Assert.Equal("a\uFFFDb", Rejection.Quote([(byte)'a', 0xFF, (byte)'b']));

    [Fact]
    public void A_file_that_became_shorter_is_an_error_of_reading()
    {
        _folder.Write("a", "x\n");
        var log = new RejectionLog();
        log.Add(NewRejection(Users.Table, "u.csv", 100));
        Assert.Throws<IOException>(() => Written(log));
    }

    private Rejection NewRejection(Table table, string name, long offset) => new(File(table, name), offset, null, "found", "expected");

    private DataFile File(Table table, string name) => new(table, Path.Combine(_folder.Path, "a"), name, 0);

    private static string Written(RejectionLog log)
    {
        using var output = new MemoryStream();
        log.WriteTo(output);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
