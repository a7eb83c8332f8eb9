using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CoffeeShop.Tables;

/// <summary>
/// The fields of one column in a block of records that all have the same number of fields: one per record, found by
/// where the fields end. <code>│ first line's end │ end of field 0 │ end of field 1 │ … │ end of field 0 of the next record │ … │</code>
/// </summary>
internal readonly ref struct ColumnFields
{
    /// <summary>There are as many bytes behind every field, so that whole registers may be loaded from where it begins.</summary>
    public const int BytesBehind = 64;

    private readonly ref byte _bytes;
    private readonly ref int _first;
    private readonly int _fieldCount;
    private readonly int _trailing;

    /// <summary>The fields of a column in a block. Nothing is checked when they are taken out.</summary>
    /// <param name="block">The block, which stays as it is while the rows are in use: texts need not be copied.</param>
    /// <param name="ends">Where the byte before the first record is, and after it where each field ends, for <paramref name="count"/> whole records.</param>
    /// <param name="count">The number of records.</param>
    /// <param name="field">The field that holds the column.</param>
    /// <param name="fieldCount">The number of fields of every record.</param>
    /// <param name="trailing">How many bytes at the end of each field belong to the line's end.</param>
    /// <param name="isAscii">Whether the bytes are ASCII, as far as these fields reach.</param>
    public ColumnFields(byte[] block, ReadOnlySpan<int> ends, int count, int field, int fieldCount, int trailing, bool isAscii)
        : this((ReadOnlySpan<byte>)block, ends, count, field, fieldCount, isAscii) => (Block, _trailing) = (block, trailing);

    /// <summary>The fields of a column in bytes that are not kept. Nothing is checked when they are taken out.</summary>
    /// <param name="bytes">What the ends count in.</param>
    /// <param name="ends">Where the byte before the first record is, and after it where each field ends, for <paramref name="count"/> whole records.</param>
    /// <param name="count">The number of records.</param>
    /// <param name="field">The field that holds the column.</param>
    /// <param name="fieldCount">The number of fields of every record.</param>
    /// <param name="isAscii">Whether the bytes are ASCII, as far as these fields reach.</param>
    public ColumnFields(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> ends, int count, int field, int fieldCount, bool isAscii)
    {
        if ((uint)field >= (uint)fieldCount || count * fieldCount >= ends.Length)
            throw new ArgumentException($"Field {field} of {fieldCount} of {count} records is not among {ends.Length} ends.", nameof(ends));
        (Count, IsAscii, _fieldCount) = (count, isAscii, fieldCount);
        _bytes = ref MemoryMarshal.GetReference(bytes);
        _first = ref Unsafe.Add(ref MemoryMarshal.GetReference(ends), field);
    }

    /// <summary>The block that the fields are in, valid until it is filled again; null when they are in other bytes, which are gone sooner.</summary>
    public byte[]? Block { get; }

    /// <summary>The number of fields.</summary>
    public int Count { get; }

    /// <summary>Whether all fields are ASCII, so that their text need not be checked.</summary>
    public bool IsAscii { get; }

    /// <summary>The field of a record.</summary>
    /// <param name="row">The record, from 0.</param>
    public ReadOnlySpan<byte> this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var (start, end) = Range(row);
            return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref _bytes, start), end - start);
        }
    }

    /// <summary>Takes a field that fits a register.</summary>
    /// <param name="row">The record, from 0.</param>
    /// <param name="characters">The field, as <see cref="Digits"/> has it; undefined when it is not short.</param>
    /// <param name="length">Its length.</param>
    /// <returns>Whether it has 1 to <see cref="Digits.CharsMax"/> bytes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsShort(int row, out ulong characters, out int length)
    {
        var (start, end) = Range(row);
        length = end - start;
        // What follows the field is shifted out.
        characters = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref _bytes, start)) << (8 * (Digits.CharsMax - length));
        return (uint)(length - 1) < Digits.CharsMax;
    }

    /// <summary>Loads the field of a record, if it is not longer than a register, and what stands behind it.</summary>
    /// <param name="start">Where it begins.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<byte> Load(int start) => Vector512.LoadUnsafe(ref Unsafe.Add(ref _bytes, start));

    /// <summary>Where the field of a record is.</summary>
    /// <param name="row">The record, from 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Start, int End) Range(int row)
    {
        ref var before = ref Unsafe.Add(ref _first, (nint)(uint)row * _fieldCount);
        return (before + 1, Unsafe.Add(ref before, 1) - _trailing);
    }
}
