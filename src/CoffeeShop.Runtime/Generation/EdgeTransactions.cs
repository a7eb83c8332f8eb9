using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>Edge cases of the times, amounts and ids of transactions.</summary>
internal static class EdgeTransactions
{
    public const string Header =
        "transaction_id,store_id,payment_method_id,voucher_id,user_id,original_amount,discount_applied,final_amount,created_at";

    private const string Noon = "2024-03-05 12:00:00";

    private static readonly string[] BadAmounts =
    [
        "", "abc", "1e3", "+5", " 5", "5 ", ".5", "5.", "-", "--5", "0x10", "Infinity", "٣", "\"5,5\"", "1_000",
        "80.0000x", "922337203685477.5808", "-922337203685477.5809", "99999999999999999999999999",
    ];

    private static readonly string[] BadTimes =
    [
        "", "2024-02-30 10:00:00", "2025-02-29 10:00:00", "2024-04-31 10:00:00", "2024-01-01 24:00:00",
        "2024-01-01 10:60:00", "2024-01-01 10:00:60", "2024-01-01T10:00:00", "2024-01-01", "2024-01-01 10:00",
        "2024-01-01 10:00:00.0", "01/02/2024 10:00:00", "2024-1-1 10:00:00",
    ];

    public static IEnumerable<EdgeFile> Files() =>
        [Times(), Amounts(), Members(), Malformed(), new EdgeFile(Transactions.Table, "empty", ""), new EdgeFile(Transactions.Table, "header_only", Header)];

    /// <summary>A row that fits, of which a test says what matters.</summary>
    public static string Row(string id, string store = "21", string user = "", string amount = "80.0", string time = Noon) =>
        $"{id},{store},1,,{user},{amount},0.0,{amount},{time}";

    private static EdgeFile Times()
    {
        var file = new EdgeFile(Transactions.Table, "times", Header);
        string[] days = ["2023-12-31", "2024-01-01", "2024-02-29", "2024-06-30", "2024-07-01", "2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01", "2025-12-31", "2026-01-01"];
        string[] times = ["00:00:00", "05:59:59", "06:00:00", "23:00:00", "23:00:01", "23:59:59"];
        foreach (var day in days)
            foreach (var time in times)
                file.Rows(Row($"edge-time-{day}-{time}", time: $"{day} {time}"));
        return file;
    }

    private static EdgeFile Amounts()
    {
        var file = new EdgeFile(Transactions.Table, "amounts", Header);
        // The fifth decimal and those behind it round half to even: 74.99995 is 75 and 74.99985 is 74.9998.
        string[] amounts =
        [
            "74.9999", "75", "75.0", "75.00", "75.0000", "0075", "74.99995", "74.99985", "74.999949999999", "75.00004999", "35.339999999999996",
            "59.055", "0.005", "0", "-0.0", "-80.5", "1000000", "12345678901.2345", "922337203685477.5807", "922337203685477.5807",
            "-922337203685477.5808", "-922337203685477.5808", "80." + new string('0', 400) + "1",
        ];
        for (var i = 0; i < amounts.Length; i++) file.Rows(Row($"edge-amount-{i + 1}", store: "22", amount: amounts[i]));
        return file;
    }

    private static EdgeFile Members() => new EdgeFile(Transactions.Table, "members", Header)
        .Rows(
            // Four users with two purchases each, for three places; without the hours' limits.
            Row("edge-tie-1", store: "23", user: "1000000000.0"),
            Row("edge-tie-2", store: "23", user: "1000000000"),
            Row("edge-tie-3", store: "23", user: "999999999"),
            Row("edge-tie-4", store: "23", user: "999999998.0"),
            Row("edge-tie-5", store: "23", user: "999999997.0"),
            Row("edge-tie-6", store: "23", user: "999999999.0", time: "2024-03-05 02:00:00"),
            Row("edge-tie-7", store: "23", user: "999999998.0", time: "2025-03-05 23:30:00"),
            Row("edge-tie-8", store: "23", user: "0999999997", amount: "-3.0"),
            // Not in the years.
            Row("edge-tie-9", store: "23", user: "1000000000.0", time: "2023-12-31 23:59:59"),
            Row("edge-tie-10", store: "23", user: "1000000000.0", time: "2026-01-01 00:00:00"),
            Row("edge-repeated-1", store: "24", user: "900000001.0"),
            Row("edge-repeated-1", store: "24", user: "900000001.0"),
            Row("edge-unknown-user", store: "24", user: "2147483646.0"),
            Row("edge-rejected-user", store: "24", user: "900000020.0"),
            Row("edge-unknown-store-1", store: "99", user: "900000010.0"),
            Row("edge-unknown-store-2", store: "0"),
            Row("edge-guests-only", store: "26"),
            Row("edge-quoted-guest", store: "26", user: "\"\""),
            Row("edge-user-0", store: "26", user: "0.0"),
            Row("46047.0", store: "1", user: "46047.0"),
            Row("edge-same-name-1", store: "27"),
            Row("edge-same-name-2", store: "28"));

    private static EdgeFile Malformed() => new EdgeFile(Transactions.Table, "malformed", Header)
        .Rows(Row("edge-good-first"))
        .Rejected(null, "edge-short,21,1,,,8.0,0.0,8.0", Row("edge-long") + ",", "edge-one-field")
        .Rejected(Transactions.TransactionId, Row(""), Row("\"\""))
        .RejectedWithBytes(Transactions.TransactionId, [0x80], Row("edge-?-continuation"))
        .RejectedWithBytes(Transactions.TransactionId, [0xF4, 0x90, 0x80, 0x80], Row("\"edge, ? beyond Unicode\""))
        .Rejected(Transactions.StoreId, Row("edge-store-1", store: ""), Row("edge-store-2", store: "-1"), Row("edge-store-3", store: "2147483648"), Row("edge-store-4", store: "one"))
        .Rows(Row("edge-good-between"), "")
        .Rejected(Transactions.UserId, Row("edge-user-1", user: "46047.5"), Row("edge-user-2", user: "-1.0"), Row("edge-user-3", user: " "), Row("edge-user-4", user: "2147483648.0"), Row("edge-user-5", user: "NaN"))
        .Rejected(
            Transactions.FinalAmount,
            [.. BadAmounts.Select((amount, i) => Row($"edge-amount-bad-{i + 1}", amount: amount))])
        .Rejected(
            Transactions.CreatedAt,
            [.. BadTimes.Select((time, i) => Row($"edge-time-bad-{i + 1}", time: time))])
        .Rejected(null, Row("edge stray \" quote"), Row("edge stray at the end\""), Row("\"edge closed\" and on"), Row("\"edge closed\"\" twice\"\"\" "), Row("edge-quote-in-time", time: Noon + "\""))
        .Rows(Row("edge-good-last"))
        .Rejected(Transactions.CreatedAt, Row("edge-no-line-end", time: "2024-01-01 10:00:0"))
        .WithoutFinalLineEnd();
}
