using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace CoffeeShop.Protocol;

/// <summary>Reads the fields of a body, and refuses what is missing, too long, no UTF-8 or left over.</summary>
/// <param name="message">The name of the message, for errors.</param>
/// <param name="body">The body.</param>
public ref struct BodyReader(string message, ReadOnlySequence<byte> body)
{
    private SequenceReader<byte> _rest = new(body);

    /// <summary>The number of bytes that have not been read.</summary>
    public readonly long Remaining => _rest.Remaining;

    /// <summary>Reads an unsigned byte.</summary>
    public byte U8(string field) => _rest.TryRead(out var value) ? value : throw Short(field, sizeof(byte));

    /// <summary>Reads an unsigned number of 16 bits.</summary>
    public ushort U16(string field) => _rest.TryReadLittleEndian(out short value) ? (ushort)value : throw Short(field, sizeof(ushort));

    /// <summary>Reads a number of 32 bits.</summary>
    public int I32(string field) => _rest.TryReadLittleEndian(out int value) ? value : throw Short(field, sizeof(int));

    /// <summary>Reads a number of 64 bits.</summary>
    public long I64(string field) => _rest.TryReadLittleEndian(out long value) ? value : throw Short(field, sizeof(long));

    /// <summary>Reads an unsigned number of 64 bits.</summary>
    public ulong U64(string field) => (ulong)I64(field);

    /// <summary>Reads a number of 64 bits within bounds.</summary>
    public long I64(string field, long min, long max = long.MaxValue)
    {
        var value = I64(field);
        return value >= min && value <= max ? value : throw Unexpected(field, value, $"{min} to {max}");
    }

    /// <summary>Reads a length or count in 32 bits.</summary>
    public int Length(string field, int max)
    {
        var value = I32(field);
        return value >= 0 && value <= max ? value : throw Unexpected(field, value, $"0 to {max}");
    }

    /// <summary>Reads so many bytes into a place of one's own.</summary>
    public void Bytes(string field, scoped Span<byte> destination)
    {
        if (!_rest.TryCopyTo(destination)) throw Short(field, destination.Length);
        _rest.Advance(destination.Length);
    }

    /// <summary>Reads 32 bytes.</summary>
    public Bytes32 Bytes32(string field)
    {
        Span<byte> bytes = stackalloc byte[Protocol.Bytes32.Size];
        Bytes(field, bytes);
        return new Bytes32(bytes);
    }

    /// <summary>Reads bytes with their length before them.</summary>
    public byte[] LongBytes(string field, int bytesMax)
    {
        var length = Length(field, bytesMax);
        if (length > _rest.Remaining) throw Short(field, length);
        var bytes = new byte[length];
        Bytes(field, bytes);
        return bytes;
    }

    /// <summary>Reads a text: <code>│ length i32 │ UTF-8, length bytes │</code></summary>
    public string Text(string field, int bytesMax)
    {
        var bytes = LongBytes(field, bytesMax);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new ProtocolException($"{message}: found bytes that are no UTF-8 for {field}, expected text.");
    }

    /// <summary>Reads a short list: <code>│ count u8 │ items │</code></summary>
    public byte[] ByteList(string field)
    {
        var list = new byte[U8(field)];
        Bytes(field, list);
        return list;
    }

    /// <summary>Takes all that is left, as a slice.</summary>
    public ReadOnlySequence<byte> Rest()
    {
        var rest = _rest.UnreadSequence;
        _rest.AdvanceToEnd();
        return rest;
    }

    /// <summary>Checks that nothing is left.</summary>
    public readonly void End()
    {
        if (_rest.Remaining > 0) throw new ProtocolException($"{message}: found {_rest.Remaining} bytes more, expected the end of the body.");
    }

    /// <summary>The error that a field is not what it must be.</summary>
    public readonly ProtocolException Unexpected(string field, long found, string expected) =>
        new($"{message}: found {found} for {field}, expected {expected}.");

    private readonly ProtocolException Short(string field, int bytes) =>
        new($"{message}: found {_rest.Remaining} bytes for {field}, expected {bytes}.");
}
