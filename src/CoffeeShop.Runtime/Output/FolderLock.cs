namespace CoffeeShop.Output;

/// <summary>Holds a folder for one process: a hidden file in it is locked, and goes with the lock.</summary>
public sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Takes the folder, making it when it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="staysBehind">Whether the hidden file stays when the lock goes. One that is deleted while another process opens it is held by nobody else.</param>
    /// <exception cref="OutputException">Another process has it, or it cannot be written.</exception>
    public FolderLock(string folder, bool staysBehind = false)
    {
        try
        {
            Directory.CreateDirectory(folder);
            _file = new FileStream(
                Path.Combine(folder, ".coffee-lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1,
                staysBehind ? FileOptions.None : FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw OutputException.CannotWrite(folder, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
