using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using CoffeeShop.Protocol;

namespace CoffeeShop.Tables;

/// <summary>How a column stands in columnar rows; <see cref="ColumnarCodec"/> draws it.</summary>
internal abstract partial class ColumnBuffer
{
    /// <summary>Writes the values of some rows.</summary>
    public abstract void Encode(int firstRow, int rowCount, IBufferWriter<byte> output);

    /// <summary>The values of some rows take no more than this.</summary>
    public abstract long EncodedBytesMax(int firstRow, int rowCount);

    /// <summary>Reads the values of rows 0 … <paramref name="rowCount"/> − 1, for which there is room.</summary>
    /// <exception cref="ProtocolException">They are damaged, or fields of the column cannot have them.</exception>
    public abstract void Decode(ref ColumnReader reader, int rowCount, Column column);
}

internal abstract partial class ValueBuffer<T>
{
    public override void Encode(int firstRow, int rowCount, IBufferWriter<byte> output)
    {
        var values = _values.AsSpan(firstRow, rowCount);
        if (Unsafe.SizeOf<T>() == sizeof(int)) PackedNumbers.Write<int>(MemoryMarshal.Cast<T, int>(values), output);
        else PackedNumbers.Write<long>(MemoryMarshal.Cast<T, long>(values), output);
    }

    public override long EncodedBytesMax(int firstRow, int rowCount) => PackedNumbers.HeaderBytes + ((long)rowCount * Unsafe.SizeOf<T>());

    public override void Decode(ref ColumnReader reader, int rowCount, Column column)
    {
        var width = reader.Width(Unsafe.SizeOf<T>(), column.Name);
        var lowest = reader.Base(column.Name);
        var source = reader.Take((long)rowCount * width, column.Name);
        var values = _values.AsSpan(0, rowCount);
        var highestOffset = Unsafe.SizeOf<T>() == sizeof(int)
            ? PackedNumbers.ReadOffsets(source, lowest, width, MemoryMarshal.Cast<T, int>(values))
            : PackedNumbers.ReadOffsets(source, lowest, width, MemoryMarshal.Cast<T, long>(values));
        if (highestOffset > unchecked((ulong)long.MaxValue - (ulong)lowest) || !((Column<T>)column).Allows(lowest, lowest + (long)highestOffset, values))
            throw reader.Damaged($"found a value that {column.Name} cannot have, expected {column.Expected}");
    }
}

internal sealed partial class TextBuffer
{
    private const int HeaderBytes = sizeof(int) + sizeof(byte);

    /// <summary>As they stand in what is decoded.</summary>
    private int[] _lengths = [];

    public override void Encode(int firstRow, int rowCount, IBufferWriter<byte> output)
    {
        var texts = Values;
        var (total, longest) = (0, 0);
        for (var row = firstRow; row < firstRow + rowCount; row++)
        {
            total += texts[row].Length;
            longest = Math.Max(longest, texts[row].Length);
        }

        var width = PackedNumbers.Width((ulong)longest);
        var length = checked(HeaderBytes + (rowCount * width) + total);
        var bytes = output.GetSpan(length)[..length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, total);
        bytes[sizeof(int)] = (byte)width;
        var lengths = bytes.Slice(HeaderBytes, rowCount * width);
        var rest = bytes[(HeaderBytes + lengths.Length)..];
        for (var i = 0; i < rowCount; i++)
        {
            var text = texts[firstRow + i];
            PackedNumbers.WriteOffsets([text.Length], 0, width, lengths[(i * width)..]);
            text.CopyTo(rest);
            rest = rest[text.Length..];
        }

        output.Advance(length);
    }

    public override long EncodedBytesMax(int firstRow, int rowCount)
    {
        var texts = Values;
        var bytes = HeaderBytes + ((long)rowCount * sizeof(int));
        for (var row = firstRow; row < firstRow + rowCount; row++) bytes += texts[row].Length;
        return bytes;
    }

    public override void Decode(ref ColumnReader reader, int rowCount, Column column)
    {
        var total = reader.Length(column.Name);
        var width = reader.Width(sizeof(int), column.Name);
        var lengths = reader.Take((long)rowCount * width, column.Name);
        var texts = reader.Take(total, column.Name);
        if (total > _own.Length) _own = new byte[Math.Max(total, 2 * _own.Length)];
        texts.CopyTo(_own);
        _bytes = _own;

        if (_lengths.Length < rowCount) _lengths = new int[_ranges.Length];
        PackedNumbers.ReadOffsets(lengths, 0, width, _lengths.AsSpan(0, rowCount));
        var isAscii = Ascii.IsValid(texts);
        var end = 0;
        for (var row = 0; row < rowCount; row++)
        {
            var length = _lengths[row];
            if (length <= 0 || length > total - end) throw reader.Damaged($"found an empty text or one beyond the end for {column.Name}, expected {column.Expected}");
            // Bytes that are valid as a whole are valid in parts that do not begin within a character.
            if (!isAscii && (texts[end] & 0xC0) == 0x80) throw reader.Damaged($"found a text that begins within a character for {column.Name}, expected {column.Expected}");
            _ranges[row] = (end, end + length);
            end += length;
        }

        if (end != total) throw reader.Damaged($"found texts of {end} bytes for {column.Name}, expected {total}");
        if (!isAscii && !Utf8.IsValid(texts)) throw reader.Damaged($"found bytes that are no UTF-8 for {column.Name}, expected {column.Expected}");
    }
}
