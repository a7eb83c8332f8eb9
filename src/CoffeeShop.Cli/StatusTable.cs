using CoffeeShop.Services;
using Spectre.Console;

namespace CoffeeShop;

/// <summary>Shows on a terminal how processes do, again and again, below everything else that is said. Ends when it is disposed.</summary>
internal sealed class StatusTable : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // A space on either side of a column, and the border before it; there is one more behind the last.
    private const int Padding = 3;
    private const int StateColumn = 2, RestartsColumn = 3;
    private static readonly string[] Titles = ["process", "pid", "state", "restarts", "for", "last line"];
    private static readonly Justify[] Alignments = [Justify.Left, Justify.Right, Justify.Left, Justify.Right, Justify.Right, Justify.Left];
    private static readonly Style Warning = new(Color.Yellow);

    private readonly Func<IReadOnlyList<SupervisedStatus>> _statuses;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;

    /// <param name="statuses">What is shown; called from another thread.</param>
    public StatusTable(Func<IReadOnlyList<SupervisedStatus>> statuses)
    {
        _statuses = statuses;
        _thread = new Thread(Show) { IsBackground = true, Name = "table" };
        _thread.Start();
    }

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    private void Show() => Terminal.Error.Live(NewTable()).AutoClear(true).Overflow(VerticalOverflow.Ellipsis).Start(live =>
    {
        do live.UpdateTarget(NewTable());
        while (!_ended.Wait(Interval));
    });

    private Table NewTable()
    {
        List<(string[] Cells, SupervisedStatus Status)> rows = [.. _statuses().Select(status => (CellsOf(status), status))];
        var table = new Table().Border(TableBorder.Simple);
        // Each column is as wide as what is in it, and the last one is cut to what is left.
        int[] widths = [.. Titles.Select((title, i) => Math.Max(title.Length, rows.Select(row => row.Cells[i].Length).DefaultIfEmpty().Max()))];
        widths[^1] = Math.Clamp(Terminal.Error.Profile.Width - widths.SkipLast(1).Sum() - Titles.Length * Padding - 1, Titles[^1].Length, widths[^1]);
        for (var i = 0; i < Titles.Length; i++) table.AddColumn(new TableColumn(Titles[i]) { Width = widths[i], NoWrap = true, Alignment = Alignments[i] });
        foreach (var (cells, status) in rows)
        {
            cells[^1] = cells[^1].Length <= widths[^1] ? cells[^1] : cells[^1][..(widths[^1] - 1)] + "…";
            table.AddRow(cells.Select((cell, i) => new Text(cell, i == StateColumn ? StyleOf(status.State) : i == RestartsColumn && status.Restarts > 0 ? Warning : null)));
        }

        return table;
    }

    private static string[] CellsOf(SupervisedStatus status) =>
    [
        status.Name, $"{status.ProcessId}", $"{status.State}".ToLowerInvariant(), $"{status.Restarts}", Units.Duration(status.Since),
        MessageWriter.Escape(WithoutTime(status.LastLine)),
    ];

    /// <summary>A log line without its time, which takes the place of what it says.</summary>
    private static string WithoutTime(string line)
    {
        var space = line.IndexOf(' ');
        return space > 0 && line[space - 1] == 'Z' && char.IsAsciiDigit(line[0]) ? line[(space + 1)..] : line;
    }

    private static Style StyleOf(SupervisedState state) => new(state switch
    {
        SupervisedState.Ready => Color.Green,
        SupervisedState.Waiting => Color.Red,
        SupervisedState.Stopped => Color.Grey,
        _ => Color.Yellow,
    });
}
