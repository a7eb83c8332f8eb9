using CoffeeShop.Output;

namespace CoffeeShop.Tests.Results;

public sealed class CsvExportTests
{
    [Fact]
    public void Every_kind_of_row_has_its_file_with_a_header_even_without_rows()
    {
        using var folder = new TemporaryFolder();
        Export(folder, "");
        Assert.Equal(["q1.csv", "q2_best_selling.csv", "q2_most_profit.csv", "q3.csv", "q4.csv"], folder.Names);
        Assert.Equal(["transaction_id", "final_amount"], Lines(folder, "q1.csv").Single().Split(','));
        Assert.Equal(["year_month_created_at", "item_name", "sellings_qty"], Lines(folder, "q2_best_selling.csv").Single().Split(','));
        Assert.Equal(["year_month_created_at", "item_name", "profit_sum"], Lines(folder, "q2_most_profit.csv").Single().Split(','));
        Assert.Equal(["year_half_created_at", "store_name", "tpv"], Lines(folder, "q3.csv").Single().Split(','));
        Assert.Equal(["store_name", "birthdate", "purchases_qty"], Lines(folder, "q4.csv").Single().Split(','));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("é 拿铁 😀", "é 拿铁 😀")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \\\"hi\\\"", "\"say \"\"hi\"\"\"")]
    [InlineData("=SUM(A1)", "\"'=SUM(A1)\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@x", "\"'@x\"")]
    [InlineData("\\t=1", "\"'\t=1\"")]
    [InlineData("a=b", "a=b")]
    public void Text_is_quoted_by_RFC_4180_and_never_a_formula(string name, string field)
    {
        using var folder = new TemporaryFolder();
        Export(folder, Rows.Turnover(name, "1"));
        Assert.Equal($"2024-H1,{field},1", Lines(folder, "q3.csv")[1]);
    }

    [Fact]
    public void Line_ends_within_text_stay_in_their_field()
    {
        using var folder = new TemporaryFolder();
        Export(folder, Rows.Turnover("a\\nb\\r\\nc", "1"));
        Assert.EndsWith("2024-H1,\"a\nb\r\nc\",1", File.ReadAllText(folder["q3.csv"]).TrimEnd('\r', '\n'), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_value_is_an_empty_field_and_a_number_is_never_quoted()
    {
        using var folder = new TemporaryFolder();
        Export(folder, Rows.Customer("S", "null", 3) + "\n" + Rows.Customer("S", "\"1999-12-31\"", 2) + "\n" + Rows.Turnover("S", "-12160503.315"));
        Assert.Equal(["S,,3", "S,1999-12-31,2"], Lines(folder, "q4.csv").Skip(1));
        Assert.Equal(["2024-H1,S,-12160503.315"], Lines(folder, "q3.csv").Skip(1));
    }

    [Fact]
    public void Nothing_has_its_name_before_it_is_committed_and_nothing_stays_when_it_never_is()
    {
        using var folder = new TemporaryFolder();
        using (var export = new CsvExport(Rows.Read(Rows.Transaction("a")), folder.Path))
            Assert.All(folder.Names, name => Assert.EndsWith(".csv.partial", name, StringComparison.Ordinal));
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_none_of_the_others_behind()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["q3.csv.partial"]);
        var failure = Assert.Throws<OutputException>(() => new CsvExport(Rows.Read(Rows.Transaction("a")), folder.Path));
        Assert.Contains("q3.csv cannot be written", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["q3.csv.partial"], folder.Names);
    }

    private static void Export(TemporaryFolder folder, string rows)
    {
        using var export = new CsvExport(Rows.Read(rows), folder.Path);
        export.Commit();
    }

    private static string[] Lines(TemporaryFolder folder, string name) => File.ReadAllText(folder[name]).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
