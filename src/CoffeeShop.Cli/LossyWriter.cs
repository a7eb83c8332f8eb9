using System.Text;

namespace CoffeeShop;

/// <summary>
/// Writes for as long as it can, and loses the rest: messages on a full disk or to nobody must not end the work that they
/// tell of.
/// </summary>
/// <param name="writer">Where to.</param>
internal sealed class LossyWriter(TextWriter writer) : TextWriter
{
    public override Encoding Encoding => writer.Encoding;

    public override void Write(char value) => Try(() => writer.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => writer.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => writer.Write(value));

    public override void WriteLine(string? value) => Try(() => writer.WriteLine(value));

    public override void Flush() => Try(writer.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // There is no place left to tell it.
        }
    }
}
