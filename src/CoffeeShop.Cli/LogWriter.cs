using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CoffeeShop;

/// <summary>Where log lines go beside bars and tables: on a terminal through the console, which puts them above.</summary>
internal sealed class LogWriter : TextWriter
{
    private LogWriter()
    {
    }

    /// <summary>Standard error.</summary>
    public static TextWriter StandardError { get; } = Terminal.IsErrorTerminal ? new LogWriter() : Console.Error;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Terminal.Error.Write(new Text(value.ToString()));

    public override void WriteLine(string? value) => Terminal.Error.Write(new Line(MessageWriter.Escape(value ?? "")));

    /// <summary>A line over whatever was in its place, since the console does not wipe away what it writes over.</summary>
    private sealed class Line(string text) : Renderable
    {
        private const string EraseToEnd = "\u001b[K";

        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            foreach (var part in text.Length == 0 ? [[]] : text.Chunk(maxWidth))
            {
                yield return new Segment(new string(part));
                if (options.Ansi) yield return Segment.Control(EraseToEnd);
                yield return Segment.LineBreak;
            }
        }
    }
}
