namespace CoffeeShop.Tests.Cli;

/// <summary>A small data folder with its answer, and where the answer goes.</summary>
internal sealed class Shop : IDisposable
{
    public const string Answer = """
        {"query":"q1","transaction_id":"t1","final_amount":78}
        {"query":"q2_best_selling","year_month_created_at":"2024-01","item_name":"Latte","sellings_qty":3}
        {"query":"q2_most_profit","year_month_created_at":"2024-01","item_name":"Latte","profit_sum":24.5}
        {"query":"q3","year_half_created_at":"2024-H1","store_name":"G Coffee","tpv":118.125}
        {"query":"q4","store_name":"G Coffee","birthdate":"1973-10-31","purchases_qty":2}

        """;

    private readonly TemporaryFolder _folder = new();

    public Shop()
    {
        Write("menu_items.csv", "item_id,item_name\n1,Latte\n");
        Write("stores.csv", "store_id,store_name\n1,G Coffee\n");
        Write("users.csv", "user_id,birthdate\n7,1973-10-31\n");
        Write("transactions.csv", "transaction_id,store_id,user_id,final_amount,created_at\nt1,1,7.0,78.00,2024-01-02 10:00:00\nt2,1,7.0,40.125,2024-01-03 10:00:00\n");
        Write("transaction_items.csv", "item_id,quantity,subtotal,created_at\n1,3,24.50,2024-01-02 10:00:00\n");
    }

    public string Data => _folder["data"];

    public string Out => _folder["out"];

    public string Result => File.ReadAllText(Path.Combine(Out, "client-1.ndjson"));

    /// <summary>What is in the folder of the results.</summary>
    public IReadOnlyList<string> Written => Directory.Exists(Out)
        ? [.. Directory.EnumerateFileSystemEntries(Out).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    public void Write(string name, string text) => _folder.Write($"data/{name}", text);

    /// <summary>Adds a row that does not fit.</summary>
    public void Spoil() => File.AppendAllText(Path.Combine(Data, "transactions.csv"), "t3,1,7.0,abc,2024-01-03 10:00:00\n");

    public Task<Ended> Run(params string[] options) => Coffee.Run(["run", "--data", Data, "--out", Out, .. options]);

    public void Dispose() => _folder.Dispose();
}
