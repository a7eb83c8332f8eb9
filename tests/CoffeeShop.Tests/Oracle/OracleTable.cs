namespace CoffeeShop.Tests.Oracle;

/// <summary>A column: the names it goes by, separated by a bar, and what fits it.</summary>
internal sealed record OracleColumn(string Names, Func<string, bool> Fits)
{
    public string Name => Names.Split('|')[0];
}

/// <summary>A row that was refused: where it stands, and the first column that does not fit.</summary>
internal sealed record OracleRejection(string Table, string File, int Line, string? Column);

/// <summary>The rows of a table of a data folder: those that fit, by column name, and those that do not.</summary>
internal sealed class OracleTable
{
    public static readonly IReadOnlyList<(string Table, OracleColumn[] Columns)> All =
    [
        ("menu_items", [new("item_id|product_id", OracleGrammar.IsId), new("item_name|name", OracleGrammar.IsText)]),
        ("stores", [new("store_id", OracleGrammar.IsId), new("store_name", OracleGrammar.IsText)]),
        ("users", [new("user_id", OracleGrammar.IsId), new("birthdate", OracleGrammar.IsDate)]),
        ("transactions",
        [
            new("transaction_id", OracleGrammar.IsText), new("store_id", OracleGrammar.IsId), new("user_id", OracleGrammar.IsOptionalId),
            new("final_amount", OracleGrammar.IsMoney), new("created_at", OracleGrammar.IsTime),
        ]),
        ("transaction_items",
        [
            new("item_id|product_id", OracleGrammar.IsId), new("quantity", OracleGrammar.IsWhole),
            new("subtotal", OracleGrammar.IsMoney), new("created_at", OracleGrammar.IsTime),
        ]),
    ];

    private readonly string _name;
    private readonly OracleColumn[] _columns;

    public OracleTable(string folder, string name)
    {
        _name = name;
        _columns = All.Single(table => table.Table == name).Columns;
        foreach (var file in Files(folder, name)) Read(folder, file);
    }

    public List<Dictionary<string, string>> Rows { get; } = [];

    public List<OracleRejection> Rejected { get; } = [];

    private static IEnumerable<string> Files(string folder, string name) =>
        Directory.EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(file => file == $"{name}.csv" || file.StartsWith($"{name}/", StringComparison.Ordinal)
                || (file.StartsWith($"{name}_", StringComparison.Ordinal) && !file.Contains('/', StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);

    private void Read(string folder, string file)
    {
        IReadOnlyList<string>? header = null;
        foreach (var record in new OracleCsv(Path.Combine(folder, file)).Records())
        {
            if (header is null)
            {
                header = record.Fields!;
                continue;
            }

            var row = record.Fields?.Count == header.Count
                ? _columns.ToDictionary(column => column.Name, column => record.Fields[header.ToList().FindIndex(name => column.Names.Split('|').Contains(name))])
                : null;
            var unfit = row is null ? null : _columns.FirstOrDefault(column => !column.Fits(row[column.Name]));
            if (row is not null && unfit is null) Rows.Add(row);
            else Rejected.Add(new OracleRejection(_name, file, record.Line, unfit?.Name));
        }
    }
}
