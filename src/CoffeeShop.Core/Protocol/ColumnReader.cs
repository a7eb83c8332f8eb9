using System.Buffers.Binary;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>Takes columnar rows apart, and refuses what is missing or left over.</summary>
internal ref struct ColumnReader(ReadOnlySpan<byte> rows, Table table)
{
    private ReadOnlySpan<byte> _rest = rows;

    public int RowCount(int bytesPerRow)
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int), "the number of rows"));
        var countMax = _rest.Length / bytesPerRow;
        return count >= 0 && count <= countMax ? count : throw Damaged($"found {count} rows, expected 0 to {countMax} in {_rest.Length} bytes");
    }

    /// <summary>Takes the next bytes of a column.</summary>
    public ReadOnlySpan<byte> Take(long length, string what)
    {
        if (length > _rest.Length) throw Damaged($"found {_rest.Length} bytes for {what}, expected {length}");
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    /// <summary>Takes the width of a column's numbers.</summary>
    public int Width(int max, string what)
    {
        var width = Take(sizeof(byte), what)[0];
        return width is 1 or 2 or 4 or 8 && width <= max ? width : throw Damaged($"found width {width} for {what}, expected 1, 2, 4{(max == 8 ? " or 8" : "")}");
    }

    /// <summary>Takes a number that all values of a column are relative to.</summary>
    public long Base(string what) => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long), what));

    /// <summary>Takes the length of a column's texts.</summary>
    public int Length(string what)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int), what));
        return length >= 0 && length <= _rest.Length ? length : throw Damaged($"found a length of {length} for {what}, expected 0 to {_rest.Length}");
    }

    /// <summary>Checks that nothing is left.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty) throw Damaged($"found {_rest.Length} bytes more, expected the end");
    }

    /// <summary>The error that the rows are no rows of the table.</summary>
    public readonly ProtocolException Damaged(string what) => new($"Columnar rows of {table}: {what}.");
}
