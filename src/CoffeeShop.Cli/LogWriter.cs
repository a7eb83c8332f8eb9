using System.Text;

namespace CoffeeShop;

/// <summary>Where log lines go beside bars: on a terminal through the console, which puts them above the bars.</summary>
internal sealed class LogWriter : TextWriter
{
    private LogWriter()
    {
    }

    /// <summary>Standard error.</summary>
    public static TextWriter StandardError { get; } = Terminal.IsErrorTerminal ? new LogWriter() : Console.Error;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Terminal.Error.Write(new Spectre.Console.Text(value.ToString()));

    public override void WriteLine(string? value) => Terminal.Error.Write(new Spectre.Console.Text((value ?? "") + "\n"));
}
