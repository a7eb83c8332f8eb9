using CoffeeShop.Output;
using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>
/// The files of a dataset while it is made. Each is a <c>.partial</c> until all are whole; then all get their names, so
/// that a dataset that was cut short is never taken for a smaller one. Disposing without that removes them.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private const string Partial = ".partial";

    /// <summary>Beside the data: the rows of edge cases that must be rejected.</summary>
    public const string RejectionsName = "expected-rejections.ndjson";

    private readonly string _root;
    private readonly FolderLock _folder;
    private readonly Lock _lock = new();
    private readonly List<string> _made = [];
    private readonly List<string> _paths = [];
    private readonly Action<int> _onWritten;
    private int _published;

    /// <summary>Takes a folder, making it when it is missing.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="onWritten">Is told of the bytes written, by several threads.</param>
    /// <exception cref="OutputException">It has a dataset, cannot be written, or another process is writing to it.</exception>
    public OutputFolder(string root, Action<int> onWritten)
    {
        _onWritten = onWritten;
        _root = Path.GetFullPath(root);
        try
        {
            MakeFolder(_root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw OutputException.CannotWrite(root, e);
        }

        _folder = new FolderLock(_root);
        if (FindDataset(_root) is not { } found) return;
        _folder.Dispose();
        throw new OutputException($"{root} has a dataset already ({found}): expected a folder without one. Choose another, or remove the files.");
    }

    /// <summary>The number of files.</summary>
    public int Files => _paths.Count;

    /// <summary>Begins a file. May be called by several threads.</summary>
    /// <param name="name">Its path in the folder, with <c>/</c>.</param>
    public CsvOutput Create(string name)
    {
        var path = Path.Combine(_root, name);
        lock (_lock)
        {
            MakeFolder(Path.GetDirectoryName(path)!);
            var handle = File.OpenHandle(path + Partial, FileMode.Create, FileAccess.Write, FileShare.None);
            _paths.Add(path);
            return new CsvOutput(handle, _onWritten);
        }
    }

    /// <summary>Writes a whole file.</summary>
    /// <param name="name">Its path in the folder, with <c>/</c>.</param>
    /// <param name="bytes">What is in it.</param>
    public void Create(string name, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(name);
        file.Write(bytes);
    }

    /// <summary>Gives all files their names.</summary>
    public void Publish()
    {
        for (; _published < _paths.Count; _published++) File.Move(_paths[_published] + Partial, _paths[_published]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _folder.Dispose();
        if (_published > 0 && _published == _paths.Count) return;
        try
        {
            foreach (var path in _paths.Take(_published)) File.Delete(path);
            foreach (var path in _paths.Skip(_published)) File.Delete(path + Partial);
            foreach (var folder in Enumerable.Reverse(_made).Where(folder => !Directory.EnumerateFileSystemEntries(folder).Any()))
                Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What made the run fail is the message the user needs; files named .partial are not read by anything.
        }
    }

    private static string? FindDataset(string root)
    {
        if (!Directory.Exists(root)) return null;
        var rejections = Path.Combine(root, RejectionsName);
        return TableRegistry.All.Select(table => table.Name).Concat(TableRegistry.Skipped)
            .SelectMany(table => Files(root, $"{table}.csv").Concat(Files(root, $"{table}_*.csv")).Concat(Files(Path.Combine(root, table), "*.csv")))
            .Concat(File.Exists(rejections) ? [rejections] : [])
            .Select(path => Path.GetRelativePath(root, path))
            .FirstOrDefault();

        static IEnumerable<string> Files(string folder, string pattern) =>
            Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern) : [];
    }

    private void MakeFolder(string path)
    {
        if (Directory.Exists(path)) return;
        if (Path.GetDirectoryName(path) is { } parent) MakeFolder(parent);
        Directory.CreateDirectory(path);
        _made.Add(path);
    }
}
