using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace CoffeeShop.Tables;

/// <summary>The storage of one column of a batch.</summary>
internal abstract partial class ColumnBuffer
{
    /// <summary>Parses a field into the given row, over what was there. Rows are filled in ascending order.</summary>
    public abstract bool TrySet(int row, ReadOnlySpan<byte> field);

    /// <summary>Makes room for this many rows, keeping those that are there.</summary>
    public abstract void Resize(int capacity);
}

/// <summary>The storage of a column whose values have the same size.</summary>
internal abstract partial class ValueBuffer<T> : ColumnBuffer where T : unmanaged
{
    private T[] _values = [];

    public T[] Values => _values;

    public override void Resize(int capacity) => Array.Resize(ref _values, capacity);
}

internal sealed class ValueBuffer<T, TGrammar> : ValueBuffer<T>
    where T : unmanaged
    where TGrammar : struct, IGrammar<T>
{
    [MethodImpl(Hot.Path)]
    public override bool TrySet(int row, ReadOnlySpan<byte> field) => TGrammar.TryParse(field, out Values[row]);
}

/// <summary>The storage of a column of times.</summary>
internal sealed class TimeBuffer : ValueBuffer<LocalDateTime>
{
    private (ulong, ushort) _lastText;
    private LocalDate _lastDate;

    [MethodImpl(Hot.Path)]
    public override bool TrySet(int row, ReadOnlySpan<byte> field)
    {
        if (field.Length != LocalDateTime.FormattedBytes) return false;
        // Nearly every row is of the same day as the one before it.
        var text = (BinaryPrimitives.ReadUInt64LittleEndian(field), BinaryPrimitives.ReadUInt16LittleEndian(field[8..]));
        if (text != _lastText || _lastDate == default)
        {
            if (!LocalDate.TryParse(field[..LocalDate.FormattedBytes], out var date)) return false;
            (_lastText, _lastDate) = (text, date);
        }

        return LocalDateTime.TryParse(field, _lastDate, out Values[row]);
    }
}

/// <summary>The storage of a text column: all bytes one after the other, and where each text ends.</summary>
internal sealed partial class TextBuffer : ColumnBuffer
{
    private byte[] _bytes = new byte[1024];
    private int[] _ends = new int[1];

    public TextValues Values => new(_bytes, _ends);

    [MethodImpl(Hot.Path)]
    public override bool TrySet(int row, ReadOnlySpan<byte> field)
    {
        if (field.IsEmpty || !Utf8.IsValid(field)) return false;
        var start = _ends[row];
        var end = start + field.Length;
        if (end > _bytes.Length) Array.Resize(ref _bytes, Math.Max(end, 2 * _bytes.Length));
        field.CopyTo(_bytes.AsSpan(start));
        _ends[row + 1] = end;
        return true;
    }

    public override void Resize(int capacity) => Array.Resize(ref _ends, capacity + 1);
}

/// <summary>The texts of a column of a batch, as UTF-8 bytes. Valid until the batch is changed.</summary>
public readonly ref struct TextValues
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ReadOnlySpan<int> _ends;

    internal TextValues(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> ends)
    {
        _bytes = bytes;
        _ends = ends;
    }

    /// <summary>The text of a row.</summary>
    /// <param name="row">The row, from 0.</param>
    public ReadOnlySpan<byte> this[int row] => _bytes[_ends[row].._ends[row + 1]];
}
