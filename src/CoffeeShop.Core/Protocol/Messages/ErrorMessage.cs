using System.Text.Unicode;

namespace CoffeeShop.Protocol;

/// <summary>Why the server closes the connection: <code>│ code u16 │ text │</code></summary>
/// <param name="Code">Why, for programs.</param>
/// <param name="Text">Why, for people. It carries no paths, no traces and nothing of other sessions. Only what fits is sent.</param>
public sealed record ErrorMessage(ErrorCode Code, string Text) : IMessage
{
    /// <summary>A longer text is cut.</summary>
    public const int TextBytesMax = 1024;

    internal const int BodyBytesMax = sizeof(ushort) + sizeof(int) + TextBytesMax;

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.Error;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        Span<byte> text = stackalloc byte[TextBytesMax];
        // Stops at the last character that fits whole.
        Utf8.FromUtf16(Text, text, out _, out var length);
        body.U16((ushort)Code);
        body.LongBytes(text[..length]);
    }

    internal static IMessage Read(ref BodyReader body) =>
        new ErrorMessage((ErrorCode)body.U16("the code"), body.Text("the text", TextBytesMax));
}
