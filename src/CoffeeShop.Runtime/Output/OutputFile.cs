using CoffeeShop.Observability;

namespace CoffeeShop.Output;

/// <summary>
/// A file that is whole or not there: it is written as <c>….partial</c> and gets its name at the end. While it is being
/// written, no other process can write the same file.
/// </summary>
public sealed class OutputFile : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly FileStream _stream;
    private bool _done;

    /// <summary>Begins the file, over what an interrupted run may have left. A file of that name stays until <see cref="Commit"/>.</summary>
    /// <param name="path">The file. Its folder is made when it is not there.</param>
    /// <param name="isResumed">Whether writing goes on behind what was kept.</param>
    /// <exception cref="OutputException">The folder or the file cannot be written, or another process is writing it.</exception>
    public OutputFile(string path, bool isResumed = false)
    {
        _path = path;
        _partial = path + ".partial";
        if (Directory.Exists(path)) throw new OutputException($"{path} cannot be written: it is a folder. Choose another place with --out.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            _stream = Lock(_partial);
            // Another process may have given the file its name between the opening and the locking of it.
            while (!File.Exists(_partial))
            {
                _stream.Dispose();
                _stream = Lock(_partial);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw OutputException.CannotWrite(path, e);
        }

        if (isResumed) _stream.Position = _stream.Length;
        else if (_stream.Length > 0) _stream.SetLength(0);
    }

    /// <summary>Whether what was written stays when it is not committed, as <c>….partial</c>, to be gone on with.</summary>
    public bool IsKept { get; set; }

    /// <summary>Where to write. Errors of writing are turned into messages by <see cref="Explain"/>.</summary>
    public Stream Stream => _stream;

    /// <summary>Gives the file its name.</summary>
    /// <exception cref="IOException">The last bytes cannot be written.</exception>
    public void Commit()
    {
        // What could be gone on with is on the disk before it has its name: what goes on with it is deleted next.
        _stream.Flush(flushToDisk: IsKept);
        // Renamed while it is still locked: there is no moment in which another process could take the partial file.
        FailPoint.OutputRenaming.Hit();
        File.Move(_partial, _path, overwrite: true);
        FailPoint.OutputRenamed.Hit();
        _done = true;
        _stream.Dispose();
    }

    /// <summary>Removes what was written, unless it was committed or is kept.</summary>
    public void Dispose()
    {
        if (_done) return;
        _done = true;
        // Nothing needs no keeping.
        if (!IsKept || _stream.Length == 0) File.Delete(_partial);
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // The buffer could not be written: the file is gone, or what is kept ends earlier.
        }
    }

    // Without truncating: another process may be writing it. FileShare.None locks it, or tells.
    private static FileStream Lock(string path) =>
        new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 64 * 1024);

    /// <summary>A message for an error that came from writing.</summary>
    /// <param name="e">The error.</param>
    public OutputException Explain(IOException e) => new(IsFull(e)
        ? $"The disk is full: {_path} could not be written. {(IsKept ? "What was written before stays" : "No part of it was left behind")}; make room, or choose another disk with --out."
        : $"{_path} could not be written: {e.Message}");

    // The codes of errors as .NET reports them on Unix (errno) and on Windows.
    private static bool IsFull(IOException e) => (e.HResult & 0xFFFF) is 28 or 112 or 39;
}

/// <summary>The output cannot be written. One recovers by making room or choosing another place; the exit code is 1.</summary>
/// <param name="message">What could not be written, why, and what to do.</param>
public sealed class OutputException(string message) : Exception(message)
{
    /// <summary>Whether another process has what was asked for.</summary>
    public bool IsInUse { get; private init; }

    /// <summary>Why, without what to do.</summary>
    public string Reason { get; private init; } = message;

    /// <summary>A file or folder cannot be opened for writing.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="e">The error.</param>
    public static OutputException CannotWrite(string path, Exception e)
    {
        if (IsLocked(e)) return new OutputException($"{path} is being written by another process: wait for it, or choose another --id or --out.") { IsInUse = true };
        for (var folder = Path.GetFullPath(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(folder)) return new OutputException($"{path} cannot be written: {folder} is a file, expected a folder. Choose another with --out.") { Reason = $"{folder} is a file, expected a folder." };
        return new OutputException($"{path} cannot be written: {e.Message} Choose a folder that can be written with --out.") { Reason = e.Message };
    }

    // The codes of a lock as .NET reports them on Unix (errno) and on Windows.
    private static bool IsLocked(Exception e) => e is IOException && (e.HResult & 0xFFFF) is 11 or 32 or 33;
}
