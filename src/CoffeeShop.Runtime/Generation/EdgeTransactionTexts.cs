using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>Edge cases of the form of transaction files: quotes, line ends, marks, the order of columns, and ids of any text.</summary>
internal static class EdgeTransactionTexts
{
    /// <summary>Longer than a reader's buffer is likely to be.</summary>
    private const int LongFieldChars = 300_000;

    public static IEnumerable<EdgeFile> Files() => [Ids(), LineEnds(), Order(), Unclosed()];

    private static string Row(string id) => EdgeTransactions.Row(id, store: "25");

    private static EdgeFile Ids() => new EdgeFile(Transactions.Table, "ids", EdgeTransactions.Header)
        .Rows(
            // A mark is one only at the start of a file.
            Row("\uFEFFedge-mark-1"),
            Row("\uFEFFedge-mark-2"),
            Row("\"edge \"\"quoted\"\"\""),
            Row("\"\"\"\""),
            Row("\",\""),
            Row("\"edge\nline feed\""),
            Row("\"edge\r\ncarriage return and line feed\""),
            Row("\"\n\n\""),
            Row("edge\\backslash\\u0041/"),
            Row("edge\ttab"),
            Row("edge\u0000\u0001\u001F\u007Fcontrol"),
            Row("edge\u2028\u2029separators"),
            Row("edge Größe 抹茶 🍵 e\u0301"),
            Row("'; DROP TABLE transactions; --"),
            Row("\"=HYPERLINK(\"\"http://127.0.0.1\"\")\""),
            Row("+edge-formula"),
            Row("-edge-formula"),
            Row("@edge-formula"),
            Row(" edge spaces "),
            Row("<b>edge&amp;</b>"),
            Row("transaction_id"),
            Row("AC6F851C-UPPER-CASE"))
        // A bad row behind records of several lines: its line is the physical one.
        .Rejected(Transactions.FinalAmount, EdgeTransactions.Row("\"edge\nbad\namount\"", amount: "x"))
        .Rejected(Transactions.StoreId, EdgeTransactions.Row("edge-behind-lines", store: "x"))
        .Rows($"edge-long-field,25,1,{new string('v', LongFieldChars)},,80.0,0.0,80.0,2024-03-05 12:00:00", $"edge-long-quoted,25,1,\"{new string('\n', 40)}\",,80.0,0.0,80.0,2024-03-05 12:00:00")
        .Rejected(Transactions.StoreId, EdgeTransactions.Row("edge-behind-long", store: ""));

    private static EdgeFile LineEnds() => new EdgeFile(Transactions.Table, "line_ends", EdgeTransactions.Header, lineEnd: "\r\n", hasMark: true)
        .Rows("", Row("edge-crlf-1"), "", "", Row("\"edge-crlf-2\""))
        .Rejected(Transactions.StoreId, EdgeTransactions.Row("edge-crlf-bad", store: "x"))
        .Rejected(null, "edge-crlf-short,25")
        .Rows("", Row("edge-crlf-3"), "", EdgeTransactions.Row("edge-crlf-4", time: "\"2024-03-05 12:00:00\""))
        .WithoutFinalLineEnd();

    private static EdgeFile Order() => new EdgeFile(Transactions.Table, "order", "created_at,unknown,final_amount,user_id,\"store_id\",transaction_id")
        .Rows("2024-03-05 12:00:00,,80.0,,25,edge-order-1", "2024-03-05 12:00:00,\"a,\nb\",\"80.0\",\"\",\"25\",\"edge-order-2\"")
        .Rejected(Transactions.UserId, "2024-03-05 12:00:00,,80.0,x,25,edge-order-3")
        .Rejected(null, "2024-03-05 12:00:00,,80.0,25,edge-order-4");

    /// <summary>A quote that never closes costs the line it is in, not the rest of the file.</summary>
    private static EdgeFile Unclosed() => new EdgeFile(Transactions.Table, "unclosed", EdgeTransactions.Header)
        .Rows(Row("edge-before-unclosed"))
        .Rejected(null, Row("\"edge-unclosed"))
        .Rows(Row("edge-after-unclosed"), Row("edge-after-unclosed-2"));
}
