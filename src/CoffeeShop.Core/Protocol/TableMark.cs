using System.Collections.Immutable;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>How far a table is: <code>│ opcode u8 │ number i64 │</code></summary>
/// <param name="Table">The table.</param>
/// <param name="Number">The number of its last batch that can no longer be lost, with all before it; 0 when there is none.</param>
public readonly record struct TableMark(Table Table, long Number)
{
    /// <summary>The size of one.</summary>
    internal const int Bytes = sizeof(byte) + sizeof(long);

    /// <summary>The size of a list with all tables.</summary>
    internal static int ListBytesMax => sizeof(byte) + (TableRegistry.All.Length * Bytes);

    internal static void WriteList(ref BodyWriter body, ImmutableArray<TableMark> marks)
    {
        body.U8(checked((byte)marks.Length));
        foreach (var (table, number) in marks)
        {
            body.U8(table.Opcode);
            body.I64(number);
        }
    }

    internal static ImmutableArray<TableMark> ReadList(ref BodyReader body)
    {
        var count = body.U8("the number of tables");
        if (count > TableRegistry.All.Length) throw body.Unexpected("the number of tables", count, $"at most {TableRegistry.All.Length}");
        var marks = ImmutableArray.CreateBuilder<TableMark>(count);
        while (marks.Count < count)
        {
            var table = TableField.Read(ref body);
            if (marks.Any(mark => mark.Table == table)) throw body.Unexpected("a table", table.Opcode, "each table once");
            marks.Add(new TableMark(table, body.I64("the number of a batch", min: 0)));
        }

        return marks.MoveToImmutable();
    }
}

/// <summary>A table as a field of a body: its opcode.</summary>
internal static class TableField
{
    public static Table Read(ref BodyReader body)
    {
        var opcode = body.U8("a table");
        foreach (var table in TableRegistry.All)
            if (table.Opcode == opcode) return table;
        throw body.Unexpected("a table", opcode, "the opcode of a table");
    }
}

/// <summary>The status of a batch as a field of a body.</summary>
internal static class StatusField
{
    public static BatchStatus Read(ref BodyReader body)
    {
        var status = body.U8("the status");
        return status <= (byte)BatchStatus.Cancel ? (BatchStatus)status : throw body.Unexpected("the status", status, "0 to 2");
    }
}
