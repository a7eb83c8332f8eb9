using System.Text;
using CoffeeShop.Results;

namespace CoffeeShop.Tests.Results;

public sealed class ResultFileTests
{
    [Fact]
    public void A_row_of_each_kind_is_read_with_its_values()
    {
        var rows = Rows.Read("""
            {"query":"q1","transaction_id":"a\"b","final_amount":78.5}
            {"query":"q2_best_selling","year_month_created_at":"2024-01","item_name":"Latte","sellings_qty":311361}
            {"query":"q2_most_profit","year_month_created_at":"2024-01","item_name":"Matcha Latte","profit_sum":-3098440}
            {"query":"q3","year_half_created_at":"2024-H1","store_name":"é","tpv":12160503.315}
            {"query":"q4","store_name":"S","birthdate":null,"purchases_qty":8}
            """);
        Assert.Equal(["q1", "q2_best_selling", "q2_most_profit", "q3", "q4"], rows.Select(row => row.Shape.Query));
        Assert.Equal(
            ["a\"b|78.5", "2024-01|Latte|311361", "2024-01|Matcha Latte|-3098440", "2024-H1|é|12160503.315", "S||8"],
            rows.Select(row => string.Join('|', row.Values)));
        Assert.Null(rows[4].Values[1]);
        Assert.Equal("""{"query":"q4","store_name":"S","birthdate":null,"purchases_qty":8}""", rows[4].Line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"query\":\"q1\"")]
    [InlineData("{\"query\":\"q1\"}")]
    [InlineData("{\"query\":1}")]
    [InlineData("{\"query\":null}")]
    [InlineData("{\"query\":[\"q1\"]}")]
    [InlineData("{\"query\":\"q9\",\"a\":1}")]
    [InlineData("{\"transaction_id\":\"a\",\"query\":\"q1\",\"final_amount\":1}")]
    [InlineData("{\"query\":\"q1\",\"final_amount\":1,\"transaction_id\":\"a\"}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":\"a\"}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":\"a\",\"final_amount\":1,\"more\":1}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":\"a\",\"final_amount\":1} ,")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":\"a\",\"final_amount\":1}{}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":\"a\",\"final_amount\":\"1\"}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":\"a\",\"final_amount\":null}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":\"a\",\"final_amount\":true}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":1,\"final_amount\":1}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":{\"a\":1},\"final_amount\":1}")]
    [InlineData("{\"query\":\"q1\",\"transaction_id\":\"\\ud800\",\"final_amount\":1}")]
    public void A_line_that_is_no_row_is_refused_by_its_number(string line)
    {
        var refusal = Assert.Throws<InputException>(() => Rows.Read(Rows.Transaction("a") + "\n" + line + "\n"));
        Assert.StartsWith("some.ndjson line 2: expected a row of a result file.", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        using var stream = new MemoryStream([.. Encoding.UTF8.GetBytes("{\"query\":\""), 0xFF, .. Encoding.UTF8.GetBytes("\"}\n")]);
        var refusal = Assert.Throws<InputException>(() => ResultFile.Read(stream, "some.ndjson").ToList());
        Assert.StartsWith("some.ndjson line 1:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_that_is_not_known_is_answered_with_those_that_are()
    {
        var refusal = Assert.Throws<InputException>(() => Rows.Read("""{"query":"q5"}"""));
        Assert.Contains("Found query \"q5\", expected one of q1, q2_best_selling, q2_most_profit, q3, q4.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_has_no_rows() => Assert.Empty(Rows.Read(""));
}
