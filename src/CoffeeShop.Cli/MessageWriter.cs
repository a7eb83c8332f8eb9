using System.Text;

namespace CoffeeShop;

/// <summary>
/// Standard error. A message that cannot be delivered changes nothing of what was done, nor the exit code; and what a file
/// or its name contains cannot speak to the terminal, since control characters are shown as escapes.
/// </summary>
/// <param name="inner">Where to.</param>
/// <param name="escapes">Whether control characters are escaped; a writer for tables and bars sends its own.</param>
internal sealed class MessageWriter(TextWriter inner, bool escapes) : TextWriter
{
    /// <summary>Standard error as it was opened.</summary>
    public static TextWriter StandardError { get; } = Console.Error;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value) => Deliver(() => inner.Write(Escaped(value)));

    public override void WriteLine(string? value) => Deliver(() => inner.WriteLine(Escaped(value)));

    public override void Flush() => Deliver(inner.Flush);

    /// <summary>A text whose control characters cannot speak to the terminal.</summary>
    public static string Escape(string text) => !text.Any(char.IsControl)
        ? text
        : string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    private string? Escaped(string? text) => escapes && text is not null ? Escape(text) : text;

    private static void Deliver(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is nobody to tell: standard error is full or closed.
        }
    }
}
