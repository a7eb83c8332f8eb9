using System.Globalization;
using System.Numerics;
using System.Text;
using CoffeeShop.Tests.Csv;

namespace CoffeeShop.Tests.Oracle;

/// <summary>The options of the queries, as a person would write them.</summary>
internal sealed record OracleOptions
{
    public int[] Years { get; init; } = [2024, 2025];

    public TimeSpan From { get; init; } = new(6, 0, 0);

    public TimeSpan To { get; init; } = new(23, 0, 0);

    public decimal MinAmount { get; init; } = 75m;

    public int Top { get; init; } = 3;
}

/// <summary>
/// The complete answer over a data folder, as the design words it, in LINQ over texts, decimals and dates: slow, and
/// independent of everything that is tested against it.
/// </summary>
internal sealed class OracleAnswer
{
    private readonly OracleOptions _options;
    private readonly Dictionary<string, OracleTable> _tables;
    private readonly StringBuilder _result = new();

    public OracleAnswer(string folder, OracleOptions options)
    {
        _options = options;
        _tables = ReferenceTables.All.Keys.ToDictionary(table => table, table => new OracleTable(folder, table));
        Rejected = [.. ReferenceTables.All.Keys.SelectMany(table => _tables[table].Rejected)];
        HighValueTransactions();
        TopProducts();
        StoreTurnover();
        TopCustomers();
    }

    /// <summary>The result file.</summary>
    public string Result => _result.ToString();

    /// <summary>By table, file and line.</summary>
    public IReadOnlyList<OracleRejection> Rejected { get; }

    private void HighValueTransactions()
    {
        foreach (var row in _tables["transactions"].Rows.Where(InYears).Where(InHours).Where(row => Money(row["final_amount"]) >= _options.MinAmount))
            Line("q1", ("transaction_id", Json(Text(row["transaction_id"]))), ("final_amount", Number(Money(row["final_amount"]))));
    }

    private void TopProducts()
    {
        var names = Names("menu_items", "item_id", "item_name");
        var months = _tables["transaction_items"].Rows.Where(InYears)
            .GroupBy(row => CreatedAt(row).ToString("yyyy-MM", CultureInfo.InvariantCulture))
            .OrderBy(month => month.Key, StringComparer.Ordinal)
            .Select(month => (Month: month.Key, Items: month.GroupBy(row => Whole(row["item_id"])).Select(item => (
                Id: item.Key,
                Quantity: item.Aggregate(BigInteger.Zero, (sum, row) => sum + Whole(row["quantity"])),
                Profit: item.Sum(row => Money(row["subtotal"])))).ToList()))
            .ToList();
        foreach (var (month, items) in months)
        {
            var best = items.OrderByDescending(item => item.Quantity).ThenBy(item => item.Id).First();
            Line("q2_best_selling", ("year_month_created_at", Json(month)), ("item_name", Name(names, "item", best.Id)), ("sellings_qty", best.Quantity.ToString(CultureInfo.InvariantCulture)));
        }

        foreach (var (month, items) in months)
        {
            var best = items.OrderByDescending(item => item.Profit).ThenBy(item => item.Id).First();
            Line("q2_most_profit", ("year_month_created_at", Json(month)), ("item_name", Name(names, "item", best.Id)), ("profit_sum", Number(best.Profit)));
        }
    }

    private void StoreTurnover()
    {
        var names = Names("stores", "store_id", "store_name");
        var totals = _tables["transactions"].Rows.Where(InYears).Where(InHours)
            .GroupBy(row => (CreatedAt(row).Year, Half: CreatedAt(row).Month >= 7 ? 2 : 1, Store: Whole(row["store_id"])))
            .OrderBy(group => group.Key);
        foreach (var total in totals)
            Line("q3", ("year_half_created_at", Json($"{total.Key.Year:0000}-H{total.Key.Half}")), ("store_name", Name(names, "store", total.Key.Store)), ("tpv", Number(total.Sum(row => Money(row["final_amount"])))));
    }

    private void TopCustomers()
    {
        var names = Names("stores", "store_id", "store_name");
        var birthdates = _tables["users"].Rows.GroupBy(row => Whole(row["user_id"])).ToDictionary(user => user.Key, user => user.Min(row => ReferenceValues.Day(row["birthdate"])!.Value));
        var purchases = _tables["transactions"].Rows.Where(InYears).Where(row => row["user_id"].Length > 0);
        foreach (var store in purchases.GroupBy(row => Whole(row["store_id"])).OrderBy(store => store.Key))
        {
            var users = store.GroupBy(row => Whole(row["user_id"])).OrderByDescending(user => user.Count()).ThenBy(user => user.Key);
            foreach (var user in users.Take(_options.Top))
            {
                var birthdate = birthdates.TryGetValue(user.Key, out var day) ? Json(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) : "null";
                Line("q4", ("store_name", Name(names, "store", store.Key)), ("birthdate", birthdate), ("purchases_qty", $"{user.Count()}"));
            }
        }
    }

    private static long Whole(string field) => ReferenceValues.Whole(field)!.Value;

    private static decimal Money(string field) => ReferenceValues.Money(field)!.Value / 10_000m;

    private static string Text(string field) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(field));

    private static DateTime CreatedAt(Dictionary<string, string> row) => ReferenceValues.Second(row["created_at"])!.Value;

    private bool InYears(Dictionary<string, string> row) => _options.Years.Contains(CreatedAt(row).Year);

    private bool InHours(Dictionary<string, string> row) => CreatedAt(row).TimeOfDay >= _options.From && CreatedAt(row).TimeOfDay <= _options.To;

    /// <summary>The ordinally smallest name of each id, by its bytes in UTF-8, which are the characters here.</summary>
    private Dictionary<long, string> Names(string table, string id, string name) => _tables[table].Rows
        .GroupBy(row => Whole(row[id]))
        .ToDictionary(group => group.Key, group => Text(group.Select(row => row[name]).Min(StringComparer.Ordinal)!));

    private static string Name(Dictionary<long, string> names, string kind, long id) => Json(names.GetValueOrDefault(id, $"unknown {kind} {id}"));

    private static string Number(decimal value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Json(string text) => $"\"{string.Concat(text.Select(character => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        < ' ' => $"\\u{(int)character:x4}",
        _ => character.ToString(),
    }))}\"";

    private void Line(string query, params (string Key, string Value)[] values) =>
        _result.Append($"{{\"query\":\"{query}\"").Append(string.Concat(values.Select(value => $",\"{value.Key}\":{value.Value}"))).Append("}\n");
}
