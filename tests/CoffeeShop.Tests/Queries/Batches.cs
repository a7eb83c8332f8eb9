using System.Text;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Queries;

/// <summary>Batches made of the texts of their fields.</summary>
internal static class Batches
{
    /// <summary>A batch of these rows, each with a field per column, in the order of the table.</summary>
    public static Batch Of(Table table, params ReadOnlySpan<string> rows)
    {
        var batch = new Batch(table);
        foreach (var row in rows) Add(batch, row.Split('|'));
        return batch;
    }

    /// <summary>Random rows of a table that no test names: fields are made from the type of the column.</summary>
    public static Batch Random(Random random, Table table, int rows)
    {
        var batch = new Batch(table);
        for (var i = 0; i < rows; i++) Add(batch, [.. table.Columns.Select(column => Field(random, column))]);
        return batch;
    }

    /// <summary>A few random batches of all tables, in random order.</summary>
    public static Batch[] RandomOfAllTables(Random random) =>
        random.Shuffled(TableRegistry.All.Concat(TableRegistry.All).Select(table => Random(random, table, random.Next(12))));

    private static void Add(Batch batch, string[] fields)
    {
        batch.Reserve(batch.Count + 1);
        for (var i = 0; i < fields.Length; i++)
            if (!batch.Columns[i].TrySet(batch.Count, Encoding.UTF8.GetBytes(fields[i]))) throw new ArgumentException($"{fields[i]} does not fit {batch.Table.Columns[i].Name}.", nameof(fields));
        batch.Commit(batch.Count + 1);
    }

    private static string Field(Random random, Column column) => column switch
    {
        TextColumn => random.Pick("Latte", "Mocha", "é", "\"quoted\"", "拿铁"),
        Column<int> when column.Expected.EndsWith("or nothing", StringComparison.Ordinal) && random.OneIn(4) => "",
        Column<int> => random.Pick("1", "2", "3", "4", "0", "15", "16", "2147483647"),
        Column<long> => random.Pick("-2", "0", "1", "1", "2", "9223372036854775807", "-9223372036854775808"),
        Column<Money> => random.Pick("75", "74.9999", "80.5", "-3", "0.0001", "0", "922337203685477.5807"),
        Column<LocalDate> => random.Pick("1970-01-01", "1999-12-31", "0001-01-01", "9999-12-31"),
        Column<LocalDateTime> => $"{random.Pick("2024-06-30", "2024-07-01", "2025-01-01", "2025-06-15", "2023-12-31")} {random.Pick("06:00:00", "12:00:00", "23:30:00")}",
        _ => throw new NotSupportedException($"No fields are known for {column.Name}."),
    };
}
