using CoffeeShop.Output;
using CoffeeShop.Protocol;

namespace CoffeeShop.Gateway;

/// <summary>
/// Writes each message that is received into a file of its own, for debugging: the bytes of its frame. HELLO is left out,
/// since it carries token and secret. Ends after a number of messages or bytes, so that it cannot fill a disk.
/// </summary>
/// <param name="folder">Where to.</param>
internal sealed class MessageDump(string folder)
{
    private const long MessagesMax = 10_000;
    private const long BytesMax = 1L << 30;

    private long _messages;
    private long _bytes;

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
            Directory.CreateDirectory(folder);
            // Rows of clients are nobody else's business.
            using var file = new FileStream(Path.Combine(folder, $"{number:000000}-{connection}-opcode{frame.Opcode}.bin"), OwnersOnly());
            file.WriteByte(frame.Opcode);
            file.Write(BitConverter.GetBytes((int)frame.Body.Length));
            foreach (var segment in frame.Body) file.Write(segment.Span);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw OutputException.CannotWrite(folder, e);
        }
    }

    private static FileStreamOptions OwnersOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
