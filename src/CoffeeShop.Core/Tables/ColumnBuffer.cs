using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CoffeeShop.Tables;

/// <summary>The storage of one column of a batch.</summary>
internal abstract partial class ColumnBuffer
{
    /// <summary>Parses a field into the given row, over what was there. Rows are filled in ascending order.</summary>
    public abstract bool TrySet(int row, ReadOnlySpan<byte> field);

    /// <summary>Parses fields into rows from the given one on. Texts that are in a block stay there: their first row is 0.</summary>
    /// <returns>Whether every one fits; otherwise the rows are undefined.</returns>
    public abstract bool TrySetAll(int first, ColumnFields fields);

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

    [MethodImpl(Hot.Path)]
    public override bool TrySetAll(int first, ColumnFields fields)
    {
        var values = Values.AsSpan(first, fields.Count);
        for (var row = 0; row < values.Length; row++)
        {
            if (fields.IsShort(row, out var characters, out var length) && TGrammar.TryParseShort(characters, length, out values[row])) continue;
            if (!TGrammar.TryParse(fields[row], out values[row])) return false;
        }

        return true;
    }
}

/// <summary>The storage of a column of times.</summary>
internal sealed class TimeBuffer : ValueBuffer<LocalDateTime>
{
    private (ulong, ushort) _lastText;
    private LocalDate _lastDate;

    [MethodImpl(Hot.Path)]
    public override bool TrySet(int row, ReadOnlySpan<byte> field) => TryParse(field, out Values[row]);

    [MethodImpl(Hot.Path)]
    public override bool TrySetAll(int first, ColumnFields fields)
    {
        var values = Values.AsSpan(first, fields.Count);
        for (var row = 0; row < values.Length; row++)
            if (!TryParse(fields[row], out values[row])) return false;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryParse(ReadOnlySpan<byte> field, out LocalDateTime value)
    {
        value = default;
        if (field.Length != LocalDateTime.FormattedBytes) return false;
        // Nearly every row is of the same day as the one before it.
        var text = (BinaryPrimitives.ReadUInt64LittleEndian(field), BinaryPrimitives.ReadUInt16LittleEndian(field[8..]));
        if (text != _lastText || _lastDate == default)
        {
            if (!LocalDate.TryParse(field[..LocalDate.FormattedBytes], out var date)) return false;
            (_lastText, _lastDate) = (text, date);
        }

        return LocalDateTime.TryParse(field, _lastDate, out value);
    }
}
