using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CoffeeShop.Protocol;

/// <summary>Whole numbers in as few bytes as the distance between the lowest and the highest needs.</summary>
internal static class PackedNumbers
{
    /// <summary>What is written before the offsets.</summary>
    public const int HeaderBytes = sizeof(byte) + sizeof(long);

    /// <summary>The least width that holds a number.</summary>
    public static int Width(ulong max) => max switch
    {
        <= byte.MaxValue => sizeof(byte),
        <= ushort.MaxValue => sizeof(ushort),
        <= uint.MaxValue => sizeof(uint),
        _ => sizeof(ulong),
    };

    /// <summary>Writes numbers.</summary>
    [MethodImpl(Hot.Path)]
    public static void Write<T>(ReadOnlySpan<T> values, IBufferWriter<byte> output) where T : unmanaged, IBinaryInteger<T>
    {
        var (lowest, highest) = (values.IsEmpty ? T.Zero : values[0], values.IsEmpty ? T.Zero : values[0]);
        foreach (var value in values) (lowest, highest) = (T.Min(lowest, value), T.Max(highest, value));
        var lowestNumber = long.CreateTruncating(lowest);
        var width = Width((ulong)(long.CreateTruncating(highest) - lowestNumber));
        var length = HeaderBytes + (values.Length * width);
        var bytes = output.GetSpan(length)[..length];
        bytes[0] = (byte)width;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(byte)..], lowestNumber);
        WriteOffsets(values, lowest, width, bytes[HeaderBytes..]);
        output.Advance(length);
    }

    /// <summary>Writes the distance of each number from the lowest.</summary>
    public static void WriteOffsets<T>(ReadOnlySpan<T> values, T lowest, int width, Span<byte> destination) where T : unmanaged, IBinaryInteger<T>
    {
        switch (width)
        {
            case sizeof(byte): WriteOffsets<T, byte>(values, lowest, destination); break;
            case sizeof(ushort): WriteOffsets<T, ushort>(values, lowest, destination); break;
            case sizeof(uint): WriteOffsets<T, uint>(values, lowest, destination); break;
            default: WriteOffsets<T, ulong>(values, lowest, destination); break;
        }
    }

    /// <summary>Adds what <see cref="WriteOffsets{T}"/> wrote to the lowest again.</summary>
    /// <returns>The highest offset.</returns>
    public static ulong ReadOffsets<T>(ReadOnlySpan<byte> source, long lowest, int width, Span<T> values) where T : unmanaged, IBinaryInteger<T> => width switch
    {
        sizeof(byte) => ReadOffsets<T, byte>(source, lowest, values),
        sizeof(ushort) => ReadOffsets<T, ushort>(source, lowest, values),
        sizeof(uint) => ReadOffsets<T, uint>(source, lowest, values),
        _ => ReadOffsets<T, ulong>(source, lowest, values),
    };

    [MethodImpl(Hot.Path)]
    private static void WriteOffsets<T, TOffset>(ReadOnlySpan<T> values, T lowest, Span<byte> destination)
        where T : unmanaged, IBinaryInteger<T> where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var offsets = MemoryMarshal.Cast<byte, TOffset>(destination)[..values.Length];
        for (var i = 0; i < offsets.Length; i++) offsets[i] = ToLittleEndian(TOffset.CreateTruncating(unchecked(values[i] - lowest)));
    }

    [MethodImpl(Hot.Path)]
    private static ulong ReadOffsets<T, TOffset>(ReadOnlySpan<byte> source, long lowest, Span<T> values)
        where T : unmanaged, IBinaryInteger<T> where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var offsets = MemoryMarshal.Cast<byte, TOffset>(source)[..values.Length];
        var (first, highest) = (T.CreateTruncating(lowest), TOffset.Zero);
        for (var i = 0; i < values.Length; i++)
        {
            var offset = ToLittleEndian(offsets[i]);
            highest = TOffset.Max(highest, offset);
            values[i] = unchecked(first + T.CreateTruncating(offset));
        }

        return ulong.CreateTruncating(highest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ToLittleEndian<T>(T value) where T : unmanaged, IBinaryInteger<T>
    {
        if (BitConverter.IsLittleEndian || Unsafe.SizeOf<T>() == 1) return value;
        return Unsafe.SizeOf<T>() switch
        {
            sizeof(ushort) => T.CreateTruncating(BinaryPrimitives.ReverseEndianness(ushort.CreateTruncating(value))),
            sizeof(uint) => T.CreateTruncating(BinaryPrimitives.ReverseEndianness(uint.CreateTruncating(value))),
            _ => T.CreateTruncating(BinaryPrimitives.ReverseEndianness(ulong.CreateTruncating(value))),
        };
    }
}
