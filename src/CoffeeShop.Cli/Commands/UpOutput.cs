using System.Text;
using CoffeeShop.Services;

namespace CoffeeShop.Commands;

/// <summary>
/// What <c>coffee up</c> shows: on a terminal a table of its processes, elsewhere their lines with their names before them. The
/// lines are in files in both cases.
/// </summary>
internal sealed class UpOutput : IDisposable
{
    private const string OwnName = "up";

    /// <summary>They say much, and nothing that concerns a user, unless they fail: then their last words are told.</summary>
    private static readonly string[] Quiet = ["rabbitmq", "postgresql"];

    private readonly ProcessLogs _logs;

    /// <param name="folder">The folder of the log files.</param>
    public UpOutput(string folder)
    {
        Directory.CreateDirectory(folder);
        _logs = new ProcessLogs(folder, Tell);
        Own = new LineWriter(line =>
        {
            _logs.Append(OwnName, line);
            Tell(line);
        });
    }

    /// <summary>Where this process logs.</summary>
    public TextWriter Own { get; }

    private static bool ShowsTable => Terminal.IsErrorTerminal;

    /// <summary>Takes in a line of a process.</summary>
    public void Hear(string process, string line)
    {
        _logs.Append(process, line);
        if (!ShowsTable && !Quiet.Contains(process)) Console.Error.WriteLine($"{process} | {line}");
    }

    /// <summary>Begins to show the table, where one is shown.</summary>
    public static IDisposable? Show(Func<IReadOnlyList<SupervisedStatus>> statuses) => ShowsTable ? new StatusTable(statuses) : null;

    /// <summary>Tells whoever waits that clients may connect.</summary>
    public static void SayReady()
    {
        // On a terminal that shows both, the line goes above the table as all others do.
        var output = ShowsTable && !Console.IsOutputRedirected ? LogWriter.StandardError : Console.Out;
        output.WriteLine("ready");
        output.Flush();
    }

    public void Dispose() => _logs.Dispose();

    private static void Tell(string line) => LogWriter.StandardError.WriteLine(ShowsTable ? line : $"{OwnName} | {line}");

    private sealed class LineWriter(Action<string> onLine) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new NotSupportedException("Whole lines only.");

        public override void WriteLine(string? value) => onLine(value ?? "");
    }
}
