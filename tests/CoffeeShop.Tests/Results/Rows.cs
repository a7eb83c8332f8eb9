using System.Text;
using CoffeeShop.Results;

namespace CoffeeShop.Tests.Results;

/// <summary>Lines of result files.</summary>
internal static class Rows
{
    public static string Transaction(string id, string amount = "78") => $"{{\"query\":\"q1\",\"transaction_id\":\"{id}\",\"final_amount\":{amount}}}";

    public static string Turnover(string store, string tpv) => $"{{\"query\":\"q3\",\"year_half_created_at\":\"2024-H1\",\"store_name\":\"{store}\",\"tpv\":{tpv}}}";

    public static string Customer(string store, string birthdate, int purchases) =>
        $"{{\"query\":\"q4\",\"store_name\":\"{store}\",\"birthdate\":{birthdate},\"purchases_qty\":{purchases}}}";

    public static List<ResultRow> Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return [.. ResultFile.Read(stream, "some.ndjson")];
    }
}
