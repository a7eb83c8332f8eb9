using System.Globalization;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>
/// A table has been sent. In the form of a batch with one row of one pair (version 1) or two (version 2):
/// <code>│ rows i32 = 1 │ number i64 │ status u8 = 1 │ pairs i32 │ "table_type" │ name │ "hash_sum" │ 16 hexadecimal digits │</code>
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Number">In version 2, the number K of the last batch; in version 1, anything.</param>
/// <param name="HashSum">In version 2, the sum of the content hashes of all batches, modulo 2⁶⁴; null in version 1.</param>
public sealed record EndOfTable(Table Table, long Number, ulong? HashSum) : IMessage
{
    internal const int BodyBytesMax = 256;

    private const string TypeKey = "table_type";
    private const string SumKey = "hash_sum";
    private const int SumDigits = 16;
    private const int TextBytesMax = 64;

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.EndOfTable;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        body.I32(1);
        body.I64(Number);
        body.U8((byte)BatchStatus.EndOfFile);
        body.I32(HashSum is null ? 1 : 2);
        body.Text(TypeKey);
        body.Text(Table.Name);
        if (HashSum is not { } sum) return;
        body.Text(SumKey);
        body.Text(sum.ToString("x16", CultureInfo.InvariantCulture));
    }

    internal static IMessage Read(ref BodyReader body)
    {
        if (body.I32("the number of rows") is not 1 and var rows) throw body.Unexpected("the number of rows", rows, "1");
        var number = body.I64("the number of the last batch");
        if (StatusField.Read(ref body) is not BatchStatus.EndOfFile and var status) throw body.Unexpected("the status", (long)status, "1");
        var pairs = body.I32("the number of pairs");
        if (pairs is not 1 and not 2) throw body.Unexpected("the number of pairs", pairs, "1 or 2");
        Table? table = null;
        ulong? sum = null;
        for (; pairs > 0; pairs--)
        {
            switch (body.Text("a key", TextBytesMax))
            {
                case TypeKey when table is null:
                    table = ReadTable(body.Text("the table", TextBytesMax));
                    break;
                case SumKey when sum is null:
                    sum = ReadSum(body.Text("the sum of the hashes", TextBytesMax));
                    break;
                default:
                    throw new ProtocolException($"EOF: found another or a repeated key, expected {TypeKey} and, in version 2, {SumKey}.");
            }
        }

        return new EndOfTable(table ?? throw new ProtocolException($"EOF: found no {TypeKey}, expected it."), number, sum);
    }

    private static Table ReadTable(string name) => TableRegistry.All.FirstOrDefault(table => table.Name == name)
        ?? throw new ProtocolException($"EOF: found an unknown {TypeKey}, expected one of {string.Join(", ", TableRegistry.All)}.");

    private static ulong ReadSum(string digits) =>
        digits.Length == SumDigits && !digits.AsSpan().ContainsAnyInRange('A', 'F') && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum)
            ? sum
            : throw new ProtocolException($"EOF: found another text for {SumKey}, expected {SumDigits} hexadecimal digits in lower case.");
}
