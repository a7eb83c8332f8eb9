using CoffeeShop.Client;
using CoffeeShop.Csv;
using Spectre.Console;

namespace CoffeeShop.Commands;

/// <summary>What a send has done, for a person, on standard error.</summary>
internal static class SendSummary
{
    public static void Print(SendOptions options, Dataset dataset, ClientReport report, TimeSpan elapsed)
    {
        var console = Terminal.Error;
        console.Write(RunSummary.Tables("rows sent", report.RowsSent, report.Rejections));
        console.Write(Figures(dataset, report, elapsed));
        RunSummary.PrintNotes(options.Output, dataset, report.Rejections);
        Console.Error.WriteLine(options.IsVersion1
            ? "result: on the server, where \"coffee results latest\" shows it once it is whole"
            : $"result: {options.Output.ResultPath}");
    }

    private static Grid Figures(Dataset dataset, ClientReport report, TimeSpan elapsed)
    {
        var grid = new Grid().AddColumn().AddColumn();
        if (report.ResultRows.Count > 0)
            grid.AddRow("rows of the result", string.Join(" · ", report.ResultRows.Select(query => $"{query.Key} {Units.Count(query.Value)}")));
        grid.AddRow("on the wire", $"{Units.Bytes(report.BytesSent)} sent · {Units.Bytes(report.BytesReceived)} received · connections {report.Connections}");
        if (report.Times.Count > 0)
            grid.AddRow("acknowledged", $"half within {Show(report.Times.Within(0.5))} · 99 % within {Show(report.Times.Within(0.99))}");
        grid.AddRow("time", $"{elapsed.TotalSeconds:0.00} s · {Units.Bytes(dataset.Bytes)} · {Units.Bytes((long)(dataset.Bytes / elapsed.TotalSeconds))}/s");
        return grid;
    }

    private static string Show(TimeSpan time) => $"{time.TotalMilliseconds:0.#} ms";
}
