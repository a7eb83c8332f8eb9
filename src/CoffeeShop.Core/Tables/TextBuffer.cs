using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace CoffeeShop.Tables;

/// <summary>
/// The storage of a text column: where each text begins and ends, in the bytes of the block when a block is set at once,
/// and otherwise in bytes of its own.
/// </summary>
internal sealed partial class TextBuffer : ColumnBuffer
{
    private byte[] _own = new byte[1024];
    private byte[] _bytes = [];
    private (int Start, int End)[] _ranges = [];

    public TextValues Values => new(_bytes, _ranges);

    [MethodImpl(Hot.Path)]
    public override bool TrySet(int row, ReadOnlySpan<byte> field)
    {
        if (field.IsEmpty || !Utf8.IsValid(field)) return false;
        var start = EndOf(row - 1);
        var end = start + field.Length;
        MakeRoom(end);
        field.CopyTo(_own.AsSpan(start));
        _bytes = _own;
        _ranges[row] = (start, end);
        return true;
    }

    public override bool TrySetAll(int first, ColumnFields fields) =>
        (fields.Block is { } block ? TryRefer(block, fields) : TryCopy(first, fields)) && (fields.IsAscii || AreValid(fields));

    public override void Resize(int capacity) => Array.Resize(ref _ranges, capacity);

    [MethodImpl(Hot.Path)]
    private bool TryRefer(byte[] block, ColumnFields fields)
    {
        _bytes = block;
        var ranges = _ranges.AsSpan(0, fields.Count);
        for (var row = 0; row < ranges.Length; row++)
        {
            var range = fields.Range(row);
            if (range.Start == range.End) return false;
            ranges[row] = range;
        }

        return true;
    }

    [MethodImpl(Hot.Path)]
    private bool TryCopy(int first, ColumnFields fields)
    {
        var ranges = _ranges.AsSpan(first, fields.Count);
        var at = EndOf(first - 1);
        for (var row = 0; row < ranges.Length; row++)
        {
            var (start, end) = fields.Range(row);
            var length = end - start;
            if (length == 0) return false;
            // What stands behind a short text is copied with it, and written over by the next.
            MakeRoom(at + Math.Max(length, Vector512<byte>.Count));
            if (length <= Vector512<byte>.Count) fields.Load(start).CopyTo(_own, at);
            else fields[row].CopyTo(_own.AsSpan(at));
            ranges[row] = (at, at += length);
        }

        _bytes = _own;
        return true;
    }

    private int EndOf(int row) => row < 0 ? 0 : _ranges[row].End;

    private void MakeRoom(int bytes)
    {
        if (bytes > _own.Length) Array.Resize(ref _own, Math.Max(bytes, 2 * _own.Length));
    }

    private static bool AreValid(ColumnFields fields)
    {
        for (var row = 0; row < fields.Count; row++)
            if (!Utf8.IsValid(fields[row])) return false;
        return true;
    }
}

/// <summary>The texts of a column of a batch, as UTF-8 bytes. Valid until the batch or the block it was read from is changed.</summary>
public readonly ref struct TextValues
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ReadOnlySpan<(int Start, int End)> _ranges;

    internal TextValues(ReadOnlySpan<byte> bytes, ReadOnlySpan<(int Start, int End)> ranges)
    {
        _bytes = bytes;
        _ranges = ranges;
    }

    /// <summary>The text of a row.</summary>
    /// <param name="row">The row, from 0.</param>
    public ReadOnlySpan<byte> this[int row] => _bytes[_ranges[row].Start.._ranges[row].End];
}
