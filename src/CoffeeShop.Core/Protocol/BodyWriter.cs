using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CoffeeShop.Protocol;

/// <summary>Writes the fields of a body, or only measures them.</summary>
/// <param name="output">Gets the bytes, or null to measure.</param>
public struct BodyWriter(IBufferWriter<byte>? output)
{
    /// <summary>The number of bytes written.</summary>
    public long Bytes { get; private set; }

    /// <summary>Writes an unsigned byte.</summary>
    public void U8(byte value) => Write([value]);

    /// <summary>Writes an unsigned number of 16 bits.</summary>
    public void U16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Write(bytes);
    }

    /// <summary>Writes a number of 32 bits.</summary>
    public void I32(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Write(bytes);
    }

    /// <summary>Writes a number of 64 bits.</summary>
    public void I64(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Write(bytes);
    }

    /// <summary>Writes an unsigned number of 64 bits.</summary>
    public void U64(ulong value) => I64((long)value);

    /// <summary>Writes 32 bytes.</summary>
    public void Bytes32(Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Protocol.Bytes32.Size];
        value.Write(bytes);
        Write(bytes);
    }

    /// <summary>Writes bytes with their length before them.</summary>
    public void LongBytes(scoped ReadOnlySpan<byte> bytes)
    {
        I32(bytes.Length);
        Write(bytes);
    }

    /// <summary>Writes a text with its length before it.</summary>
    public void Text(string text) => LongBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a list of at most 255 items.</summary>
    public void ByteList(scoped ReadOnlySpan<byte> items)
    {
        U8(checked((byte)items.Length));
        Write(items);
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        output?.Write(bytes);
        Bytes += bytes.Length;
    }

    /// <summary>Writes a slice as it is.</summary>
    public void Write(ReadOnlySequence<byte> bytes)
    {
        if (output is null) Bytes += bytes.Length;
        else foreach (var segment in bytes) Write(segment.Span);
    }
}
