using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>Edge cases of the lines of receipts.</summary>
internal static class EdgeTransactionItems
{
    private const string Header = "transaction_id,item_id,quantity,unit_price,subtotal,created_at";

    /// <summary>More than any month of a generated dataset sells of an item.</summary>
    private const string Winning = "100000000000";

    public static IEnumerable<EdgeFile> Files() => [Rows(), Aliases(), Malformed(), new EdgeFile(TransactionItems.Table, "empty", "")];

    private static string Row(string item = "21", string quantity = "1", string subtotal = "12.0", string time = "2024-03-05 12:00:00") =>
        $"edge-item,{item},{quantity},1.0,{subtotal},{time}";

    private static EdgeFile Rows() => new EdgeFile(TransactionItems.Table, "rows", Header)
        .Rows(
            // Two items equal in quantity in one month and equal in profit in another: the lower id wins.
            Row(item: "32", quantity: Winning, time: "2025-11-05 12:00:00"),
            Row(item: "31", quantity: Winning, time: "2025-11-05 12:00:00"),
            Row(item: "32", subtotal: Winning, time: "2025-12-05 12:00:00"),
            Row(item: "31", subtotal: "100000000001.5", time: "2025-12-05 12:00:00"),
            Row(item: "31", quantity: "-1", subtotal: "-1.5", time: "2025-12-05 12:00:00"),
            // A month of returns only, when no more is generated for it: the best is the least bad.
            Row(item: "22", quantity: "-3", subtotal: "-36.0", time: "2025-10-05 12:00:00"),
            Row(item: "21", quantity: "-2", subtotal: "-24.0", time: "2025-10-05 12:00:00"),
            // A month that only an unknown item sells in.
            Row(item: "98", quantity: "7", subtotal: "35.339999999999996", time: "2025-09-05 12:00:00"),
            // Sums beyond 64 bits.
            Row(item: "23", quantity: "9223372036854775807", subtotal: "922337203685477.5807", time: "2025-08-05 12:00:00"),
            Row(item: "23", quantity: "9223372036854775807", subtotal: "922337203685477.5807", time: "2025-08-05 12:00:00"),
            Row(item: "24", quantity: "-9223372036854775808", subtotal: "-922337203685477.5808", time: "2025-08-05 12:00:00"),
            // The ends of the years and of months; there is no hour filter.
            Row(time: "2023-12-31 23:59:59"),
            Row(time: "2024-01-01 00:00:00"),
            Row(time: "2024-01-31 23:59:59"),
            Row(time: "2024-02-01 00:00:00"),
            Row(time: "2024-02-29 05:59:59"),
            Row(time: "2025-12-31 23:59:59"),
            Row(time: "2026-01-01 00:00:00"),
            Row(item: "33.0", quantity: "2.0"),
            Row(item: "34", quantity: "0", subtotal: "0"),
            Row(item: "99"),
            Row(item: "2147483647", quantity: "007"),
            Row(item: "0", subtotal: "11.11115"),
            Row(),
            Row());

    private static EdgeFile Aliases() => new EdgeFile(TransactionItems.Table, "aliases", "subtotal,created_at,quantity,product_id", lineEnd: "\r\n", hasMark: true)
        .Rows("12.5,2024-03-05 12:00:00,1,41", "", "\"12.5\",\"2024-03-05 12:00:00\",\"1\",\"42\"")
        .Rejected(TransactionItems.ItemId, "12.5,2024-03-05 12:00:00,1,\"4,2\"")
        .Rows("", "12.5,2024-03-05 12:00:00,1,43")
        .WithoutFinalLineEnd();

    private static EdgeFile Malformed() => new EdgeFile(TransactionItems.Table, "malformed", Header)
        .Rejected(null, "edge-item,21,1,1.0,12.0", Row() + ",more")
        .Rejected(TransactionItems.ItemId, Row(item: ""), Row(item: "-1"), Row(item: "2147483648"), Row(item: "Latte"))
        .Rejected(TransactionItems.Quantity, Row(quantity: ""), Row(quantity: "1.5"), Row(quantity: "9223372036854775808"), Row(quantity: "-9223372036854775809"), Row(quantity: "1 "))
        .Rejected(TransactionItems.Subtotal, Row(subtotal: ""), Row(subtotal: "12.0.0"), Row(subtotal: "1000000000000000"), Row(subtotal: "$12"))
        .Rejected(TransactionItems.CreatedAt, Row(time: ""), Row(time: "2024-02-30 12:00:00"), Row(time: "2024-06-31 12:00:00"), Row(time: "tomorrow"))
        .RejectedWithBytes(TransactionItems.CreatedAt, [0xE2, 0x82], Row(time: "2024-03-05 12:00:0?"))
        .Rejected(null, "edge \" item,21,1,1.0,12.0,2024-03-05 12:00:00", "edge-item,\"21\"x,1,1.0,12.0,2024-03-05 12:00:00")
        .WithBytes([0xFF], "bytes ? in an ignored column,21,1,1.0,12.0,2024-03-05 12:00:00")
        .Rows("edge-item,21,1,no number in an ignored column,12.0,2024-03-05 12:00:00");
}
