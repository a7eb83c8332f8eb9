using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CoffeeShop.Protocol;

namespace CoffeeShop.Queries;

/// <summary>Writes the numbers of an aggregate's state in few bytes: seven bits a byte, the lowest first, the top bit set on all but the last.</summary>
/// <param name="output">Gets the bytes.</param>
public sealed class StateWriter(IBufferWriter<byte> output)
{
    /// <summary>A 128-bit number takes at most this many bytes.</summary>
    private const int NumberBytesMax = 19;

    /// <summary>Writes a number that is not negative.</summary>
    /// <param name="value">The number.</param>
    [MethodImpl(Hot.Path)]
    public void Natural(ulong value)
    {
        // Nearly every number has 64 bits; those of 128 are slow.
        var bytes = output.GetSpan(NumberBytesMax);
        var length = 0;
        for (; value > 0x7F; value >>= 7) bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        output.Advance(length);
    }

    /// <summary>Writes a number of either sign: 0, −1, 1, −2, … become 0, 1, 2, 3, …</summary>
    /// <param name="value">The number.</param>
    public void Number(Int128 value) => Wide((UInt128)((value << 1) ^ (value >> 127)));

    /// <summary>Writes a text with its length.</summary>
    /// <param name="text">The text in UTF-8.</param>
    public void Text(ReadOnlySpan<byte> text)
    {
        Natural((ulong)text.Length);
        output.Write(text);
    }

    /// <summary>Writes many numbers, each in as few bytes as the distance between the lowest and the highest needs.</summary>
    /// <param name="values">The numbers, not negative.</param>
    public void Numbers(ReadOnlySpan<int> values)
    {
        Natural((ulong)values.Length);
        PackedNumbers.Write(values, output);
    }

    private void Wide(UInt128 value)
    {
        var bytes = output.GetSpan(NumberBytesMax);
        var length = 0;
        for (; value > 0x7F; value >>= 7) bytes[length++] = (byte)((byte)value | 0x80);
        bytes[length++] = (byte)value;
        output.Advance(length);
    }
}

/// <summary>Reads what a <see cref="StateWriter"/> wrote, and refuses everything else.</summary>
/// <param name="bytes">The bytes of the state.</param>
public ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>A number of 64 bits takes at most this many bytes.</summary>
    private const int NaturalBytesMax = 10;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether all bytes have been read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads a number that is not negative.</summary>
    /// <param name="max">The highest that it can be.</param>
    /// <exception cref="InvalidDataException">There is none, or a higher one.</exception>
    [MethodImpl(Hot.Path)]
    public ulong Natural(ulong max = ulong.MaxValue)
    {
        var value = 0UL;
        for (var i = 0; i < _rest.Length && i < NaturalBytesMax; i++)
        {
            var next = _rest[i];
            // One form for each number: no zeros in front, no bits beyond the 64th.
            if ((next == 0 && i > 0) || (i == NaturalBytesMax - 1 && next > 1)) throw Damaged();
            value |= (ulong)(next & 0x7Fu) << (7 * i);
            if (next > 0x7F) continue;
            _rest = _rest[(i + 1)..];
            return value <= max ? value : throw Damaged();
        }

        throw Damaged();
    }

    /// <summary>Reads a number of either sign.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public Int128 Number()
    {
        var value = Wide();
        return (Int128)(value >> 1) ^ -(Int128)(value & 1);
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public ReadOnlySpan<byte> Text()
    {
        var length = Natural(max: int.MaxValue);
        if (length > (ulong)_rest.Length) throw Damaged();
        var text = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return text;
    }

    /// <summary>Reads many numbers.</summary>
    /// <param name="room">Where they are put; replaced by a larger one when they do not fit.</param>
    /// <returns>The numbers, not negative; valid as long as the room.</returns>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public ReadOnlySpan<int> Numbers(ref int[] room)
    {
        var count = Natural(max: int.MaxValue);
        if (_rest.Length < PackedNumbers.HeaderBytes) throw Damaged();
        var width = _rest[0];
        var lowest = BinaryPrimitives.ReadInt64LittleEndian(_rest[sizeof(byte)..]);
        _rest = _rest[PackedNumbers.HeaderBytes..];
        if (width is not (sizeof(byte) or sizeof(ushort) or sizeof(uint)) || lowest is < 0 or > int.MaxValue || count * width > (ulong)_rest.Length) throw Damaged();
        if ((int)count > room.Length) room = new int[(int)count];
        var values = room.AsSpan(0, (int)count);
        var highest = PackedNumbers.ReadOffsets(_rest[..((int)count * width)], lowest, width, values);
        _rest = _rest[((int)count * width)..];
        return (ulong)lowest + highest <= int.MaxValue ? values : throw Damaged();
    }

    private UInt128 Wide()
    {
        var value = UInt128.Zero;
        for (var shift = 0; shift < 128; shift += 7)
        {
            if (_rest.IsEmpty) throw Damaged();
            var next = _rest[0];
            _rest = _rest[1..];
            // One form for each number: no zeros in front, no bits beyond the 128th.
            if ((next == 0 && shift > 0) || (shift == 126 && next > 3)) throw Damaged();
            value |= (UInt128)(next & 0x7Fu) << shift;
            if (next <= 0x7F) return value;
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("The state of an aggregate is damaged.");
}
