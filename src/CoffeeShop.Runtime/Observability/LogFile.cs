using System.Text;

namespace CoffeeShop.Observability;

/// <summary>A file of lines that does not grow for ever: when it is full it becomes the older one, of which there is one.</summary>
/// <param name="path">The file; the older one is called the same with <c>.1</c> behind. Lines are added to what is there.</param>
/// <param name="bytesMax">When it is full.</param>
public sealed class LogFile(string path, long bytesMax) : IDisposable
{
    private readonly Lock _writing = new();
    private FileStream? _file;

    /// <summary>Adds a line, for whoever reads along.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public void Append(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (_writing)
        {
            _file ??= Open();
            if (_file.Length > 0 && _file.Length + bytes.Length > bytesMax)
            {
                Close();
                File.Move(path, path + ".1", overwrite: true);
                _file = Open();
            }

            _file.Write(bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing) Close();
    }

    // Without a buffer: a line is there when it was said.
    private FileStream Open() => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
