using System.Buffers;
using System.Text;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Protocol;

/// <summary>Batches and frames in a form that can be compared.</summary>
internal static class Shown
{
    /// <summary>The rows of a batch, one text each.</summary>
    public static List<string> Rows(Batch batch) => [.. Enumerable.Range(0, batch.Count).Select(row => Row(batch, row))];

    /// <summary>A row, its columns apart; a character of a text stands for a byte (Latin-1).</summary>
    public static string Row(Batch batch, int row) => string.Join('|', batch.Table.Columns.Select(column => column switch
    {
        Column<int> ids => batch.Values(ids)[row].ToString(),
        Column<long> numbers => batch.Values(numbers)[row].ToString(),
        Column<Money> amounts => batch.Values(amounts)[row].Units.ToString(),
        Column<LocalDate> days => batch.Values(days)[row].ToString(),
        Column<LocalDateTime> seconds => batch.Values(seconds)[row].ToString(),
        TextColumn texts => Encoding.Latin1.GetString(batch.Texts(texts)[row]),
        _ => throw new NotSupportedException(column.Name),
    }));

    /// <summary>The columnar rows of a batch.</summary>
    public static byte[] Columnar(Batch batch)
    {
        var output = new ArrayBufferWriter<byte>();
        ColumnarCodec.Write(batch, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A message in its frame.</summary>
    public static byte[] Frame(IMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, message);
        return output.WrittenSpan.ToArray();
    }
}
