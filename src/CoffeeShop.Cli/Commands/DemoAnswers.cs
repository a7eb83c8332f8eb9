using System.Globalization;
using CoffeeShop.Results;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CoffeeShop.Commands;

/// <summary>The answers of the four queries for a person: tables, and a chart of the turnover.</summary>
internal sealed class DemoAnswers(IAnsiConsole console, IEnumerable<ResultRow> rows)
{
    /// <summary>How many high-value transactions are shown; there are many.</summary>
    private const int HighValueShown = 5;

    private static readonly Color[] BarColors = [Color.Teal, Color.Orange3];

    private readonly ILookup<string, ResultRow> _rows = rows.ToLookup(row => row.Shape.Query);

    public void Show()
    {
        Title("q1 · transactions of at least 75, from 6:00 to 23:00");
        console.Write(NewTable(["transaction", "amount"], _rows["q1"].Take(HighValueShown).Select(row => (string?[])[row.Values[0], Amount(row.Values[1])])));
        console.MarkupLine($"[dim]the first {Math.Min(HighValueShown, _rows["q1"].Count())} of {Units.Count(_rows["q1"].Count())}[/]");

        Title("q2 · best seller and most profitable product of each month");
        var profits = _rows["q2_most_profit"].ToDictionary(row => row.Values[0]!, row => row.Values);
        console.Write(NewTable(["month", "best seller", "sold", "most profitable", "earned"], _rows["q2_best_selling"].Select(row =>
            (string?[])[row.Values[0], row.Values[1], Amount(row.Values[2]), profits[row.Values[0]!][1], Amount(profits[row.Values[0]!][2])])));

        Title("q3 · total payment value per half-year and store");
        var halves = _rows["q3"].Select(row => row.Values[0]!).Distinct().ToList();
        var stores = _rows["q3"].GroupBy(row => row.Values[1]!).ToList();
        console.Write(NewTable(["store", .. halves], stores.Select(store =>
            (string?[])[store.Key, .. halves.Select(half => Amount(store.FirstOrDefault(row => row.Values[0] == half)?.Values[2]))])));
        console.WriteLine();
        console.Write(Chart(stores));

        Title("q4 · birthdates of the customers with the most purchases in each store");
        console.Write(NewTable(["store", "first", "second", "third"], _rows["q4"].GroupBy(row => row.Values[0]!).Select(store =>
            (string?[])[store.Key, .. store.Take(3).Select(row => $"{row.Values[1] ?? "unknown"} ({row.Values[2]})")])));
    }

    private void Title(string text)
    {
        console.WriteLine();
        console.Write(new Rule($"[bold]{text.EscapeMarkup()}[/]").LeftJustified());
    }

    /// <summary>A table whose columns of numbers are aligned to the right.</summary>
    private static Table NewTable(IReadOnlyList<string> columns, IEnumerable<string?[]> rows)
    {
        var lines = rows.ToList();
        var table = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < columns.Count; i++)
        {
            var column = new TableColumn(columns[i].EscapeMarkup());
            if (lines.All(line => i < line.Length && IsNumber(line[i]))) column.RightAligned();
            table.AddColumn(column);
        }

        foreach (var line in lines) table.AddRow(line.Select(IRenderable (cell) => new Text(cell ?? "")));
        return table;
    }

    private static BarChart Chart(List<IGrouping<string, ResultRow>> stores)
    {
        var chart = new BarChart().Label("[bold]total payment value, all half-years[/]").LeftAlignLabel().UseValueFormatter(value => value.ToString("#,0", CultureInfo.InvariantCulture));
        var i = 0;
        foreach (var store in stores.OrderByDescending(Sum))
            chart.AddItem(store.Key.EscapeMarkup(), (double)Sum(store), BarColors[i++ % BarColors.Length]);
        return chart;

        static decimal Sum(IGrouping<string, ResultRow> store) => store.Sum(row => Number(row.Values[2]!));
    }

    private static string Amount(string? number) => number is null ? "" : Number(number).ToString("#,0.####", CultureInfo.InvariantCulture);

    private static bool IsNumber(string? text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _);

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);
}
