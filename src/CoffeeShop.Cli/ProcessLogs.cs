using System.Collections.Concurrent;
using CoffeeShop.Observability;

namespace CoffeeShop;

/// <summary>A log file for each process that this one runs.</summary>
/// <param name="folder">The folder of the files.</param>
/// <param name="onTrouble">Gets why a file cannot be written, once for each file.</param>
internal sealed class ProcessLogs(string folder, Action<string> onTrouble) : IDisposable
{
    private const long BytesMax = 16 << 20;

    private readonly ConcurrentDictionary<string, LogFile> _files = new();
    private readonly ConcurrentDictionary<string, bool> _inTrouble = new();

    /// <summary>Adds a line to the log of a process. What cannot be written is lost; the process goes on.</summary>
    public void Append(string process, string line)
    {
        try
        {
            _files.GetOrAdd(process, name => new LogFile(Path.Combine(folder, $"{name}.log"), BytesMax)).Append(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_inTrouble.TryAdd(process, true)) onTrouble($"The log of {process} cannot be written: {e.Message}");
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }
}
