using System.Globalization;
using System.Text;

namespace CoffeeShop.Tests.Oracle;

/// <summary>Fields at the edges of what the queries tell apart, from domains so small that ties and repetitions are common.</summary>
internal sealed class RandomFields(Random random)
{
    private int _transactions;

    /// <summary>A field that fits a column, its bytes as Latin-1 characters.</summary>
    public string Of(string column) => column switch
    {
        "transaction_id" => random.OneIn(6) ? Text() : $"t-{_transactions++}",
        "item_name" or "store_name" => Text(),
        "item_id" or "store_id" => Id(4),
        "user_id" => random.Pick("", Id(9), Id(9), Id(9) + ".0", "46047.0"),
        "birthdate" => random.Pick("1970-01-01", "1999-12-31", "2000-02-29", "0001-01-01", "9999-12-31", Day(1960, 2010)),
        "quantity" => random.Pick("1", "2", "3", "2.0", "-1", "0", "-0", "007"),
        "subtotal" => Amount(random.Pick(5, 10)),
        "final_amount" => Amount(random.Pick(5, 76)),
        "created_at" => Time(),
        _ => random.Pick("", "anything", "\u00FF\u00FE", "12,5", "a\nb"),
    };

    /// <summary>A field that fits few columns or none.</summary>
    public string Bad() => random.Pick(
        "", " 1", "1 ", "+1", "1.", ".5", "1e3", "1.00", "abc", "\u00C3\u0028", "2147483648", "-1", "922337203685477.5808", "9223372036854775808",
        "2024-02-30", "2023-02-29 12:00:00", "2024-01-01 24:00:00", "2024-01-01 12:00:60", "2024-1-1 12:00:00", "2024-01-01T12:00:00", "0000-01-01", "2024-01-01 12:00");

    private string Id(int below) => random.OneIn(25) ? random.Pick("0", "2147483647", "2147483646") : random.Next(1, below).ToString(CultureInfo.InvariantCulture);

    private string Amount(int whole) => random.Pick(
        $"{whole}", $"{whole}.0", $"{random.Next(whole + 1)}.{random.Next(1000):000}", $"{random.Next(whole + 1)}.5", "74.9999", "75", "75.0", "75.0000", "75.0001",
        "74.99995", "74.999949999999999", "35.339999999999996", "0.00005", "0.00015", "0.000150000000000000000000000000001", $"-{whole}.25", "-0.00001", "922337203685477.5807", "-922337203685477.5808");

    private string Time() => random.OneIn(3)
        ? $"{Day(2023, 2026)} {random.Pick("00:00:00", "05:59:59", "06:00:00", "06:00:01", "12:30:00", "22:59:59", "23:00:00", "23:00:01", "23:59:59")}"
        : random.Pick(
            "2023-12-31 23:59:59", "2023-12-31 22:00:00", "2024-01-01 00:00:00", "2024-01-01 06:00:00", "2024-12-31 23:59:59", "2024-12-31 23:00:00",
            "2025-01-01 00:00:00", "2025-01-01 06:00:00", "2025-12-31 23:59:59", "2025-12-31 23:00:00", "2026-01-01 00:00:00", "2026-01-01 12:00:00",
            "2024-06-30 22:59:59", "2024-06-30 23:59:59", "2024-07-01 00:00:00", "2024-07-01 06:00:00", "2025-06-30 12:00:00", "2025-07-01 12:00:00", "2024-02-29 12:00:00");

    private string Day(int firstYear, int lastYear) =>
        new DateTime(firstYear, 1, 1).AddDays(random.Next(365 * (lastYear - firstYear + 1))).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private string Text() => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(random.Pick(
        "Latte", "Espresso", "Café ☕", "拿铁", "😀", "\uFB00", "say \"hi\"", "back\\slash", "tab\there", "new\nline", "cr\r\nlf", "a,b", " padded ", "=SUM(A1)",
        "\u0001\u001F\u007F", "null\0", "\b\f", "/", "</b>&'", "\u2028", "a\u0301", "Z", "a")));
}
