using System.Buffers.Text;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoffeeShop.Generation;

/// <summary>
/// A file that is being written, field by field, as bytes: a row costs no allocation and no formatting of strings. Not for
/// concurrent use.
/// </summary>
internal sealed class CsvOutput(SafeFileHandle handle, Action<int> onWritten) : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Room behind the buffer for the row that fills it. No generated row is longer than a fraction of this.</summary>
    private const int RowBytesMax = 4 * 1024;

    private static readonly ushort[] HexPairs = NewHexPairs();

    private readonly byte[] _buffer = new byte[BufferBytes + RowBytesMax];
    private int _length;
    private long _position;

    /// <summary>Appends a field, a part of one, or separators, as they are.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }

    /// <summary>Appends a field and the comma behind it.</summary>
    public void Field(ReadOnlySpan<byte> text)
    {
        Text(text);
        Comma();
    }

    /// <summary>Appends a whole number.</summary>
    public void Number(int value)
    {
        if ((uint)value < 10)
        {
            _buffer[_length++] = (byte)('0' + value);
            return;
        }

        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out var written);
        _length += written;
    }

    /// <summary>Appends an amount with as many decimals as it needs, one at least: <c>8.0</c>, <c>59.055</c>.</summary>
    /// <param name="thousandths">The amount.</param>
    public void Amount(int thousandths)
    {
        Number(thousandths / 1000);
        var rest = thousandths % 1000;
        _buffer[_length++] = (byte)'.';
        _buffer[_length++] = (byte)('0' + (rest / 100));
        if (rest % 100 == 0) return;
        _buffer[_length++] = (byte)('0' + (rest / 10 % 10));
        if (rest % 10 != 0) _buffer[_length++] = (byte)('0' + (rest % 10));
    }

    /// <summary>Appends a comma.</summary>
    public void Comma() => _buffer[_length++] = (byte)',';

    /// <summary>Ends the row.</summary>
    public void EndRow()
    {
        _buffer[_length++] = (byte)'\n';
        if (_length >= BufferBytes) Flush();
    }

    /// <summary>Writes out what is in the buffer.</summary>
    public void Flush()
    {
        Write(_buffer.AsSpan(0, _length));
        _length = 0;
    }

    /// <summary>Writes bytes past the buffer, which must be empty.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(handle, bytes, _position);
        _position += bytes.Length;
        onWritten(bytes.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    /// <summary>Writes 128 bits as a UUID in lower case.</summary>
    /// <param name="destination">36 bytes.</param>
    /// <param name="high">The first half.</param>
    /// <param name="low">The second half.</param>
    public static void FormatUuid(Span<byte> destination, ulong high, ulong low)
    {
        // │ 8 digits │ - │ 4 │ - │ 4, the version first │ - │ 4, the variant first │ - │ 12 │
        high = (high & ~0xF000UL) | 0x4000UL;
        low = (low & ~(0xC0UL << 56)) | (0x80UL << 56);
        Hex(destination[..8], high >> 32);
        Hex(destination[9..13], high >> 16);
        Hex(destination[14..18], high);
        Hex(destination[19..23], low >> 48);
        Hex(destination[24..36], low);
        destination[8] = destination[13] = destination[18] = destination[23] = (byte)'-';
    }

    private static void Hex(Span<byte> destination, ulong value)
    {
        var pairs = MemoryMarshal.Cast<byte, ushort>(destination);
        for (var i = pairs.Length - 1; i >= 0; i--, value >>= 8) pairs[i] = HexPairs[(int)value & 0xFF];
    }

    private static ushort[] NewHexPairs()
    {
        var pairs = new ushort[256];
        for (var i = 0; i < pairs.Length; i++) Convert.TryToHexStringLower([(byte)i], MemoryMarshal.AsBytes(pairs.AsSpan(i, 1)), out _);
        return pairs;
    }
}
