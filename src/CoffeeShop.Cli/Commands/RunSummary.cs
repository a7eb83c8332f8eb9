using System.Diagnostics;
using CoffeeShop.Csv;
using CoffeeShop.Embedded;
using CoffeeShop.Tables;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace CoffeeShop.Commands;

/// <summary>What a run has done, for a person, on standard error.</summary>
internal static class RunSummary
{
    public static void Print(ResultOutput output, Dataset dataset, RunReport report, TimeSpan elapsed)
    {
        var console = Terminal.Error;
        console.Write(Tables("rows read", report.RowsRead, report.Rejections));
        console.Write(Figures(dataset, report, elapsed));
        PrintNotes(output, dataset, report.Rejections);
        Console.Error.WriteLine($"result: {output.ResultPath}");
    }

    /// <summary>The rows of each table that were taken and those that were rejected.</summary>
    public static Table Tables(string taken, IReadOnlyDictionary<Tables.Table, long> rows, RejectionLog rejections)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("table").AddColumn(new TableColumn(taken).RightAligned()).AddColumn(new TableColumn("rejected").RightAligned());
        foreach (var name in TableRegistry.All)
            table.AddRow(name.Name, Units.Count(rows[name]), Units.Count(rejections.CountOf(name)));
        return table;
    }

    /// <summary>What a user should know of the input. Not by the console, which would break a long path into lines.</summary>
    public static void PrintNotes(ResultOutput output, Dataset dataset, RejectionLog rejections)
    {
        foreach (var note in dataset.Notes) Console.Error.WriteLine($"note: {note}");
        if (rejections.Count > 0)
            Console.Error.WriteLine($"{Units.Count(rejections.Count)} rows were rejected; {Listed(rejections)} listed in {output.RejectedPath}");
    }

    private static Grid Figures(Dataset dataset, RunReport report, TimeSpan elapsed)
    {
        var grid = new Grid().AddColumn().AddColumn();
        var summary = report.Summary;
        grid.AddRow("rows of the result", string.Join(" · ", report.ResultRows.Select(query => $"{query.Key} {Units.Count(query.Value)}")));
        grid.AddRow("unresolved names", $"stores {summary.UnknownStores.Count} · items {summary.UnknownItems.Count} · users {summary.UnknownUsers.Count}");
        grid.AddRow("repeated ids", $"stores {summary.RepeatedStores} · items {summary.RepeatedItems} · users {summary.RepeatedUsers}");
        grid.AddRow("time", $"{elapsed.TotalSeconds:0.00} s · {Units.Bytes(dataset.Bytes)} · {Units.Bytes((long)(dataset.Bytes / elapsed.TotalSeconds))}/s");
        grid.AddRow("peak memory", Units.Bytes(Process.GetCurrentProcess().PeakWorkingSet64));
        return grid;
    }

    private static string Listed(RejectionLog rejections) =>
        rejections.Count <= RejectionLog.ListedMax ? "they are" : $"the first {Units.Count(RejectionLog.ListedMax)} are";
}
