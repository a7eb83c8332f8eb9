using CoffeeShop.Output;
using CoffeeShop.Protocol;

namespace CoffeeShop.Gateway;

/// <summary>
/// Writes each message that is received into a file of its own, for debugging: the bytes of its frame. HELLO is left out,
/// since it carries token and secret. Ends after a number of messages or bytes, so that it cannot fill a disk.
/// </summary>
internal sealed class MessageDump
{
    private const long MessagesMax = 10_000;
    private const long BytesMax = 1L << 30;

    private readonly string _folder;
    private long _messages;
    private long _bytes;

    /// <summary>Makes the folder.</summary>
    /// <param name="folder">Where to.</param>
    /// <exception cref="OutputException">It cannot be made.</exception>
    public MessageDump(string folder)
    {
        _folder = folder;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(e);
        }
    }

    /// <summary>Writes a message.</summary>
    /// <param name="connection">The id of the connection, for the name of the file.</param>
    /// <param name="frame">The message.</param>
    /// <exception cref="OutputException">The folder cannot be written.</exception>
    public void Write(string connection, Frame frame)
    {
        if (frame.Opcode == Opcode.Hello) return;
        var number = Interlocked.Increment(ref _messages);
        if (number > MessagesMax || Interlocked.Add(ref _bytes, frame.Body.Length) > BytesMax) return;
        try
        {
            // Rows of clients are nobody else's business.
            using var file = new FileStream(Path.Combine(_folder, $"{number:000000}-{connection}-opcode{frame.Opcode}.bin"), OwnersOnly());
            file.WriteByte(frame.Opcode);
            file.Write(BitConverter.GetBytes((int)frame.Body.Length));
            foreach (var segment in frame.Body) file.Write(segment.Span);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(e);
        }
    }

    private OutputException CannotWrite(Exception e) => new($"Messages cannot be written into {_folder}: {e.Message} Choose another folder with --dump-messages.");

    private static FileStreamOptions OwnersOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
