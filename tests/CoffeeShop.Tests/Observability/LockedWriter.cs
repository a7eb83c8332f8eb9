namespace CoffeeShop.Tests.Observability;

/// <summary>Takes the lines of a log that is read while it is written.</summary>
internal sealed class LockedWriter : TextWriter
{
    private readonly StringWriter _lines = new() { NewLine = "\n" };

    public override System.Text.Encoding Encoding => _lines.Encoding;

    /// <summary>What has been written.</summary>
    public string Text
    {
        get
        {
            lock (_lines) return _lines.ToString();
        }
    }

    public override void WriteLine(string? value)
    {
        lock (_lines) _lines.WriteLine(value);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _lines.Dispose();
        base.Dispose(disposing);
    }
}
