using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CoffeeShop.Tables;

namespace CoffeeShop.Csv;

/// <summary>
/// Where the fields of a block end, when the block is plain: no quotes, all records with as many fields as the header, all
/// lines ended alike and none blank. Nearly every block of nearly every file is. Then every comma and line feed ends a
/// field, and they are found 64 bytes at a time. Memory is kept and reused; not for concurrent use.
/// </summary>
internal sealed class PlainBlock
{
    private byte[] _bytes = [];
    private int[] _ends = [];
    private int _fieldCount;
    private bool _isAscii;
    private bool _hasReturns;

    /// <summary>The number of records.</summary>
    public int Count { get; private set; }

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
        new(_bytes, _ends, Count, field, _fieldCount, _hasReturns && field == _fieldCount - 1 ? 1 : 0, _isAscii);

    /// <summary>As many ends are written at once, whether there are as many or not.</summary>
    private const int EndsAtOnce = 8;

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
            var feeds = Vector512.Equals(vector, Vector512.Create((byte)'\n')).ExtractMostSignificantBits() & within;
            var commas = Vector512.Equals(vector, Vector512.Create((byte)',')).ExtractMostSignificantBits() & within;
            lineFeeds += BitOperations.PopCount(feeds);
            returns += BitOperations.PopCount(Vector512.Equals(vector, Vector512.Create((byte)'\r')).ExtractMostSignificantBits() & within);
            all |= vector;
            var ends = feeds | commas;
            var count = BitOperations.PopCount(ends);
            ref var group = ref next;
            next = ref Unsafe.Add(ref next, count);
            do
            {
                // Eight at once without asking how many there are: the next group is written over what is too much.
                for (var j = 0; j < EndsAtOnce; j++)
                {
                    Unsafe.Add(ref group, j) = i + BitOperations.TrailingZeroCount(ends);
                    ends &= ends - 1;
                }

                group = ref Unsafe.Add(ref group, EndsAtOnce);
            }
            while (ends != 0);
        }

        // What lies behind the end is from an earlier filling: at worst, ASCII is taken for other text and checked again.
        _isAscii = all.ExtractMostSignificantBits() == 0;
        return (int)(Unsafe.ByteOffset(ref first, ref next) / sizeof(int)) - 1;
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
