using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
        var (lowest, highest) = Range(values);
        var lowestNumber = long.CreateTruncating(lowest);
        var width = Width((ulong)(long.CreateTruncating(highest) - lowestNumber));
        var length = HeaderBytes + (values.Length * width);
        var bytes = output.GetSpan(length)[..length];
        bytes[0] = (byte)width;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(byte)..], lowestNumber);
        WriteOffsets(values, lowest, width, bytes[HeaderBytes..]);
        output.Advance(length);
    }

    /// <summary>The lowest and the highest of the numbers; 0 when there are none.</summary>
    [MethodImpl(Hot.Path)]
    private static (T Lowest, T Highest) Range<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        if (values.IsEmpty) return (T.Zero, T.Zero);
        var (lowest, highest, done) = (values[0], values[0], 0);
        if (Vector256.IsHardwareAccelerated && values.Length >= Vector256<T>.Count)
        {
            var (low, high) = (Vector256.Create(values), Vector256.Create(values));
            for (; done <= values.Length - Vector256<T>.Count; done += Vector256<T>.Count)
            {
                var some = Vector256.Create(values[done..]);
                (low, high) = (Vector256.Min(low, some), Vector256.Max(high, some));
            }

            for (var i = 0; i < Vector256<T>.Count; i++) (lowest, highest) = (T.Min(lowest, low[i]), T.Max(highest, high[i]));
        }

        for (; done < values.Length; done++) (lowest, highest) = (T.Min(lowest, values[done]), T.Max(highest, values[done]));
        return (lowest, highest);
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
        var begin = BitConverter.IsLittleEndian ? ReadVectors(offsets, first, ref highest, values) : 0;
        for (var i = begin; i < values.Length; i++)
        {
            var offset = ToLittleEndian(offsets[i]);
            highest = TOffset.Max(highest, offset);
            values[i] = unchecked(first + T.CreateTruncating(offset));
        }

        return ulong.CreateTruncating(highest);
    }

    /// <summary>As many as fill vectors.</summary>
    /// <returns>How many that were.</returns>
    [MethodImpl(Hot.Path)]
    private static int ReadVectors<T, TOffset>(ReadOnlySpan<TOffset> offsets, T first, ref TOffset highest, Span<T> values)
        where T : unmanaged, IBinaryInteger<T> where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        if (!Vector256.IsHardwareAccelerated || Unsafe.SizeOf<TOffset>() > Unsafe.SizeOf<T>()) return 0;
        var (done, max) = (0, Vector256<TOffset>.Zero);
        var base256 = Vector256.Create(first);
        ref var source = ref MemoryMarshal.GetReference(offsets);
        ref var into = ref MemoryMarshal.GetReference(values);
        for (; done <= offsets.Length - Vector256<TOffset>.Count; done += Vector256<TOffset>.Count)
        {
            var some = Vector256.LoadUnsafe(ref source, (nuint)done);
            max = Vector256.Max(max, some);
            Widen(some, base256, ref Unsafe.Add(ref into, done));
        }

        for (var i = 0; i < Vector256<TOffset>.Count; i++) highest = TOffset.Max(highest, max[i]);
        return done;
    }

    /// <summary>Adds the offsets to the lowest number, in halves as long as they are narrower than the numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen<T, TOffset>(Vector256<TOffset> offsets, Vector256<T> lowest, ref T into) where T : unmanaged where TOffset : unmanaged
    {
        if (Unsafe.SizeOf<TOffset>() == Unsafe.SizeOf<T>())
        {
            (lowest + offsets.As<TOffset, T>()).StoreUnsafe(ref into);
        }
        else if (Unsafe.SizeOf<TOffset>() == sizeof(byte))
        {
            var (lower, upper) = Vector256.Widen(offsets.AsByte());
            Widen(lower, lowest, ref into);
            Widen(upper, lowest, ref Unsafe.Add(ref into, Vector256<ushort>.Count));
        }
        else if (Unsafe.SizeOf<TOffset>() == sizeof(ushort))
        {
            var (lower, upper) = Vector256.Widen(offsets.AsUInt16());
            Widen(lower, lowest, ref into);
            Widen(upper, lowest, ref Unsafe.Add(ref into, Vector256<uint>.Count));
        }
        else
        {
            var (lower, upper) = Vector256.Widen(offsets.AsUInt32());
            Widen(lower, lowest, ref into);
            Widen(upper, lowest, ref Unsafe.Add(ref into, Vector256<ulong>.Count));
        }
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
