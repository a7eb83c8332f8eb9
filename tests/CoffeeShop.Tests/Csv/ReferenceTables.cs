using System.Text;

namespace CoffeeShop.Tests.Csv;

/// <summary>A column as the design has it: its names, and how a field becomes a shown value, or null when it is refused.</summary>
internal sealed record ReferenceColumn(string[] Names, Func<string, string?> Show);

/// <summary>What a file says: its rows as shown values, and where and why a row is none.</summary>
internal sealed class Reading
{
    public List<string> Rows { get; } = [];

    public List<string> Rejections { get; } = [];

    /// <summary>Where in the file the rejected rows begin.</summary>
    public List<long> Offsets { get; } = [];
}

/// <summary>The five tables and their rows once more, slow and plain, written from the design.</summary>
internal static class ReferenceTables
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IReadOnlyDictionary<string, ReferenceColumn[]> All { get; } = new Dictionary<string, ReferenceColumn[]>
    {
        ["menu_items"] = [Id("item_id", "product_id"), Text("item_name", "name")],
        ["stores"] = [Id("store_id"), Text("store_name")],
        ["users"] = [Id("user_id"), new(["birthdate"], text => $"{ReferenceValues.Day(text):yyyy-MM-dd}")],
        ["transactions"] =
        [
            Text("transaction_id"), Id("store_id"), new(["user_id"], text => text.Length == 0 ? "-1" : Shown(ReferenceValues.Id(text))),
            Money("final_amount"), Second("created_at"),
        ],
        ["transaction_items"] =
        [
            Id("item_id", "product_id"), new(["quantity"], text => Shown(ReferenceValues.Whole(text))), Money("subtotal"), Second("created_at"),
        ],
    };

    /// <summary>Reads a whole file whose header is right.</summary>
    public static Reading Read(string table, string file)
    {
        var reading = new Reading();
        var records = ReferenceCsv.Read(file);
        if (records.Count == 0) return reading;
        var header = records[0].Fields;
        foreach (var record in records.Skip(1))
        {
            var line = 1 + file[..record.Offset].Count(character => character == '\n');
            if (Refusal(All[table], header, record) is { } refusal)
            {
                reading.Rejections.Add($"line {line} {refusal}");
                reading.Offsets.Add(record.Offset);
            }
            else
            {
                reading.Rows.Add(string.Join('|', All[table].Select(column => column.Show(Field(column, header, record)))));
            }
        }

        return reading;
    }

    private static string? Refusal(ReferenceColumn[] columns, IReadOnlyList<string> header, ReferenceRecord record)
    {
        if (record.Flaw != Flaw.None) return $"{record.Flaw}: {Utf8(record.Raw)}";
        if (record.Fields.Count != header.Count) return $"{record.Fields.Count} fields";
        var unfit = columns.FirstOrDefault(column => string.IsNullOrEmpty(column.Show(Field(column, header, record))));
        return unfit is null ? null : $"{unfit.Names[0]}: {Utf8(Field(unfit, header, record))}";
    }

    private static string Field(ReferenceColumn column, IReadOnlyList<string> header, ReferenceRecord record) =>
        record.Fields[header.ToList().FindIndex(name => column.Names.Contains(name))];

    private static ReferenceColumn Id(params string[] names) => new(names, text => Shown(ReferenceValues.Id(text)));

    private static ReferenceColumn Money(string name) => new([name], text => Shown(ReferenceValues.Money(text)));

    private static ReferenceColumn Second(string name) => new([name], text => $"{ReferenceValues.Second(text):yyyy-MM-dd HH:mm:ss}");

    private static ReferenceColumn Text(params string[] names) => new(names, text => IsUtf8(text) ? text : null);

    private static string? Shown(long? value) => value?.ToString();

    private static bool IsUtf8(string bytes)
    {
        try
        {
            StrictUtf8.GetCharCount(Encoding.Latin1.GetBytes(bytes));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static string Utf8(string bytes)
    {
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
        return text.Length > 200 ? text[..(char.IsHighSurrogate(text[199]) ? 199 : 200)] : text;
    }
}
