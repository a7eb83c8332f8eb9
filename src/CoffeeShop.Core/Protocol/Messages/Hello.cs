using System.Buffers;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;

namespace CoffeeShop.Protocol;

/// <summary>What resumes a session.</summary>
/// <param name="Id">The session.</param>
/// <param name="Secret">Known to its client alone; never logged.</param>
public sealed record SessionKey(SessionId Id, Bytes32 Secret)
{
    internal const int Bytes = SessionId.Bytes + Bytes32.Size;

    internal static void Write(ref BodyWriter body, SessionKey? key)
    {
        Span<byte> id = stackalloc byte[SessionId.Bytes];
        id.Clear();
        key?.Id.Write(id);
        body.Write(id);
        body.Bytes32(key?.Secret ?? default);
    }

    internal static SessionKey Read(ref BodyReader body)
    {
        Span<byte> id = stackalloc byte[SessionId.Bytes];
        body.Bytes("the session", id);
        return new SessionKey(SessionId.Read(id), body.Bytes32("the secret"));
    }
}

/// <summary>
/// Begins a session of version 2, or resumes one:
/// <code>│ version u8 = 2 │ client id text │ token text │ session 16 bytes │ secret 32 │ options i32 + bytes │ fingerprint 32 bytes │ result offset i64 │</code>
/// </summary>
/// <param name="ClientId">How the client calls itself: a label.</param>
/// <param name="Token">The token of its agency, or nothing; never logged.</param>
/// <param name="Session">The session to resume, or null (zeros) for a new one.</param>
/// <param name="Options">The options of the queries.</param>
/// <param name="Fingerprint">Of the files, their content and how they are cut into batches.</param>
/// <param name="ResultOffset">How many bytes of the result file the client has.</param>
public sealed record Hello(string ClientId, string Token, SessionKey? Session, QueryOptions Options, Bytes32 Fingerprint, long ResultOffset) : IMessage
{
    /// <summary>The version of the protocol that begins with this message.</summary>
    public const byte Version = 2;

    /// <summary>No client id is longer.</summary>
    public const int ClientIdBytesMax = 64;

    /// <summary>No token is longer.</summary>
    public const int TokenBytesMax = 512;

    /// <summary>Every year has two bytes in the options, and there are 9999.</summary>
    private const int OptionsBytesMax = 32 * 1024;

    internal const int BodyBytesMax = sizeof(byte) + (3 * sizeof(int)) + ClientIdBytesMax + TokenBytesMax + OptionsBytesMax
        + SessionKey.Bytes + Bytes32.Size + sizeof(long);

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.Hello;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        var options = new ArrayBufferWriter<byte>();
        Options.Write(new StateWriter(options));
        body.U8(Version);
        body.Text(ClientId);
        body.Text(Token);
        SessionKey.Write(ref body, Session);
        body.LongBytes(options.WrittenSpan);
        body.Bytes32(Fingerprint);
        body.I64(ResultOffset);
    }

    /// <summary>Without the token.</summary>
    public override string ToString() => $"HELLO of {ClientId}";

    internal static IMessage Read(ref BodyReader body)
    {
        if (body.U8("the version") is not Version and var version)
            throw new ProtocolException($"HELLO: found version {version}, expected {Version}.", ErrorCode.WrongVersion);
        var clientId = body.Text("the client id", ClientIdBytesMax);
        if (!IsClientId(clientId)) throw new ProtocolException($"HELLO: found another client id, expected 1 to {ClientIdBytesMax} of the characters A-Z a-z 0-9 . _ -");
        var token = body.Text("the token", TokenBytesMax);
        var session = SessionKey.Read(ref body);
        var isNew = session.Id == default;
        if (isNew && !session.Secret.IsZero) throw new ProtocolException("HELLO: found a secret without a session, expected zeros.");
        var options = ReadOptions(body.LongBytes("the options", OptionsBytesMax));
        var fingerprint = body.Bytes32("the fingerprint");
        return new Hello(clientId, token, isNew ? null : session, options, fingerprint, body.I64("the result offset", min: 0));
    }

    /// <summary>Whether a text can be a client id.</summary>
    /// <param name="text">The text.</param>
    public static bool IsClientId(string text) =>
        text.Length is > 0 and <= ClientIdBytesMax && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');

    private static QueryOptions ReadOptions(byte[] bytes)
    {
        try
        {
            var reader = new StateReader(bytes);
            var options = QueryOptions.Read(ref reader);
            return reader.IsAtEnd ? options : throw new ProtocolException("HELLO: found more bytes in the options, expected their end.");
        }
        catch (InvalidDataException e)
        {
            throw new ProtocolException($"HELLO: found bytes that are no options. {e.Message}");
        }
    }
}
