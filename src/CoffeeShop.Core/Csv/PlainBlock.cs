using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CoffeeShop.Tables;

namespace CoffeeShop.Csv;

/// <summary>
/// Where the fields of a block end, when the block is plain: no quotes, all records with as many fields as the header, all
/// lines ended alike and none blank. Nearly every block of nearly every file is. Then every comma and line feed ends a
/// field, and they are found 64 bytes at a time. Memory is kept and reused; not for concurrent use.
/// </summary>
internal sealed class PlainBlock
{
    /// <summary>As many ends are written at once, whether there are as many or not.</summary>
    private const int EndsAtOnce = 16;

    private byte[] _bytes = [];
    private int[] _ends = [];
    private int _fieldCount;
    private bool _hasReturns;

    /// <summary>The number of records.</summary>
    public int Count { get; private set; }

    /// <summary>Whether all of it is known to be ASCII.</summary>
    public bool IsAscii { get; private set; }

    /// <summary>The bytes of the block. There are <see cref="Block.BytesBehind"/> behind every field.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>Looks at a block.</summary>
    /// <param name="block">The block. It may not be filled again while the fields are in use.</param>
    /// <param name="fieldCount">The number of fields of every record.</param>
    /// <returns>Whether the block is plain; otherwise nothing is known of its fields.</returns>
    public bool TryScan(Block block, int fieldCount)
    {
        // With a single field, a blank line would look like a record.
        if (block.HasQuotes || block.IsUnclosed || fieldCount < 2) return false;
        (_bytes, _fieldCount) = (block.Bytes, fieldCount);
        var end = block.End;
        // The last record of a file may lack its line feed.
        if (end > 1 && _bytes[end - 1] != '\n') _bytes[end++] = (byte)'\n';
        // Every byte may be the end of a field.
        if (_ends.Length < end + EndsAtOnce) _ends = GC.AllocateUninitializedArray<int>(end + EndsAtOnce);

        var found = FindEnds(end, out var lineFeeds, out var returns);
        Count = lineFeeds;
        _hasReturns = returns > 0;
        return (long)lineFeeds * fieldCount == found && (returns == 0 || returns == lineFeeds) && HaveAllRecordsTheirLine();
    }

    /// <summary>The fields of a column.</summary>
    /// <param name="field">The field that holds it.</param>
    public ColumnFields Fields(int field) =>
        new(_bytes, _ends, Count, field, _fieldCount, _hasReturns && field == _fieldCount - 1 ? 1 : 0, IsAscii);

    /// <summary>Where a field of a record is in <see cref="Bytes"/>.</summary>
    /// <param name="record">The record, from 0.</param>
    /// <param name="field">The field, from 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Start, int End) Range(int record, int field)
    {
        var end = (record * _fieldCount) + field + 1;
        var trailing = _hasReturns && field == _fieldCount - 1 ? 1 : 0;
        return (_ends[end - 1] + 1, _ends[end] - trailing);
    }

    /// <summary>Notes where the commas and line feeds are.</summary>
    /// <returns>How many there are.</returns>
    [MethodImpl(Hot.Path)]
    private int FindEnds(int end, out int lineFeeds, out int returns)
    {
        ref var bytes = ref MemoryMarshal.GetArrayDataReference(_bytes);
        ref var first = ref MemoryMarshal.GetArrayDataReference(_ends);
        // The byte before the first record.
        first = 0;
        ref var next = ref Unsafe.Add(ref first, 1);
        var all = Vector512<byte>.Zero;
        (lineFeeds, returns) = (0, 0);
        for (var i = 1; i < end; i += Vector512<byte>.Count)
        {
            // The block has room behind its end, so the last load may reach beyond it.
            var vector = Vector512.LoadUnsafe(ref bytes, (nuint)i);
            var within = end - i >= Vector512<byte>.Count ? ulong.MaxValue : (1UL << (end - i)) - 1;
            var feeds = Vector512.Equals(vector, Vector512.Create((byte)'\n'));
            var isEnd = feeds | Vector512.Equals(vector, Vector512.Create((byte)','));
            lineFeeds += BitOperations.PopCount(feeds.ExtractMostSignificantBits() & within);
            returns += BitOperations.PopCount(Vector512.Equals(vector, Vector512.Create((byte)'\r')).ExtractMostSignificantBits() & within);
            all |= vector;
            var ends = isEnd.ExtractMostSignificantBits() & within;
            var count = BitOperations.PopCount(ends);
            Note(ref next, i, isEnd, ends, count);
            next = ref Unsafe.Add(ref next, count);
        }

        // What lies behind the end is from an earlier filling: at worst, ASCII is taken for other text and checked again.
        IsAscii = all.ExtractMostSignificantBits() == 0;
        return (int)(Unsafe.ByteOffset(ref first, ref next) / sizeof(int)) - 1;
    }

    /// <summary>Notes the ends in a vector, and whatever after them: the next vector's are written over what is too much.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Note(ref int next, int offset, Vector512<byte> isEnd, ulong ends, int count)
    {
        if (Avx512Vbmi2.IsSupported && count <= EndsAtOnce)
        {
            var places = Avx512Vbmi2.Compress(Vector512<byte>.Zero, isEnd, Vector512<byte>.Indices);
            (Avx512F.ConvertToVector512Int32(places.GetLower().GetLower()) + Vector512.Create(offset)).StoreUnsafe(ref next);
            return;
        }

        // Some at once without asking how many there are, so that there is little to guess wrong.
        const int Together = 8;
        do
        {
            for (var i = 0; i < Together; i++)
            {
                Unsafe.Add(ref next, i) = offset + BitOperations.TrailingZeroCount(ends);
                ends &= ends - 1;
            }

            next = ref Unsafe.Add(ref next, Together);
        }
        while (ends != 0);
    }

    /// <summary>Whether every record ends where a line does; and, when there are returns, whether each stands before its line feed.</summary>
    [MethodImpl(Hot.Path)]
    private bool HaveAllRecordsTheirLine()
    {
        var bytes = _bytes;
        var ends = _ends;
        for (var i = _fieldCount; i <= Count * _fieldCount; i += _fieldCount)
        {
            if (bytes[ends[i]] != '\n') return false;
            if (_hasReturns && bytes[ends[i] - 1] != '\r') return false;
        }

        return true;
    }
}
