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
    public static void Print(RunOptions options, Dataset dataset, RunReport report, TimeSpan elapsed)
    {
        var console = Terminal.Error;
        console.Write(Tables(report));
        console.Write(Figures(dataset, report, elapsed));
        // Not by the console, which would break a long path into lines.
        foreach (var note in dataset.Notes) Console.Error.WriteLine($"note: {note}");
        if (report.Rejections.Count > 0)
            Console.Error.WriteLine($"{Units.Count(report.Rejections.Count)} rows were rejected; {Listed(report.Rejections)} listed in {options.RejectedPath}");
        Console.Error.WriteLine($"result: {options.ResultPath}");
    }

    private static Table Tables(RunReport report)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("table").AddColumn(new TableColumn("rows read").RightAligned()).AddColumn(new TableColumn("rejected").RightAligned());
        foreach (var name in TableRegistry.All)
            table.AddRow(name.Name, Units.Count(report.RowsRead[name]), Units.Count(report.Rejections.CountOf(name)));
        return table;
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
