using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Csv;

/// <summary>Files of a table in pieces, nearly all of them lines. A character stands for a byte (Latin-1).</summary>
internal static class GenerateCsv
{
    private static readonly string Cup = Latin1("☕");

    /// <summary>A file whose header is right, in pieces that may be left out one by one but for the first.</summary>
    public static Gen<string[]> File(string table)
    {
        var columns = ReferenceTables.All[table];
        return from mark in Gen.Frequency((5, Gen.Constant("")), (1, Gen.Constant("\u00EF\u00BB\u00BF")))
               from others in Gen.Choose(0, 2)
               from order in Gen.Shuffle(Enumerable.Range(0, columns.Length + others).ToArray())
               from names in Gen.CollectToArray(order, i => i < columns.Length ? Name(columns[i]) : Gen.Constant($"other_{i}"))
               from headerEnd in LineEnd
               from count in Gen.Choose(0, 12)
               from pieces in Piece([.. order.Select(i => i < columns.Length ? columns[i].Names[0] : "other")]).ArrayOf(count)
               from isEnded in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
               select Assemble(mark + string.Join(',', names) + headerEnd, pieces, isEnded);
    }

    /// <summary>
    /// A file without a quote whose lines end alike, long enough for many vectors, in pieces as above; and once in two,
    /// one of its bytes is not as it should be.
    /// </summary>
    public static Gen<string[]> PlainFile(string table)
    {
        var columns = ReferenceTables.All[table];
        return from others in Gen.Choose(0, 2)
               from order in Gen.Shuffle(Enumerable.Range(0, columns.Length + others).ToArray())
               from lineEnd in Gen.Elements("\n", "\r\n")
               from count in Gen.Choose(0, 40)
               from pieces in Gen.CollectToArray(order, i => PlainValue(i < columns.Length ? columns[i].Names[0] : "other")).Select(fields => string.Join(',', fields) + lineEnd).ArrayOf(count)
               from isEnded in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
               from flawed in Flawed(pieces)
               select Assemble(string.Join(',', order.Select(i => i < columns.Length ? columns[i].Names[^1] : $"other_{i}")) + lineEnd, flawed, isEnded);
    }

    private static Gen<string> PlainValue(string name) => name == "other" || name.EndsWith("name", StringComparison.Ordinal) || name == "transaction_id"
        ? Gen.Frequency((30, Gen.Elements("Latte", "ac6f851c-649f-42fb-a606-72be0fdcf8d2", " ")), (1, Gen.Elements(Cup, Latin1("Café"))))
        : Right(name);

    private static Gen<string[]> Flawed(string[] lines) =>
        from line in Gen.Choose(0, Math.Max(0, lines.Length - 1))
        from at in Gen.Choose(0, 200)
        from isFlawed in Gen.Elements(true, false)
        from insert in Gen.Elements("", "", ",", "\n", "\r", "\r\n", "\n\r", "-", "9", "\0", "\"", Cup, "\u00FF")
        from remove in Gen.Choose(0, 1)
        select !isFlawed || lines.Length == 0 ? lines : [.. lines[..line], Replaced(lines[line], at % lines[line].Length, remove, insert), .. lines[(line + 1)..]];

    private static string Replaced(string line, int at, int remove, string insert) => line.Remove(at, remove).Insert(at, insert);

    private static string[] Assemble(string header, string[] pieces, bool isEnded)
    {
        if (!isEnded && pieces.Length > 0) pieces[^1] = pieces[^1].TrimEnd('\r', '\n');
        return [header, .. pieces];
    }

    private static Gen<string> Name(ReferenceColumn column) =>
        from name in Gen.Elements(column.Names)
        from quote in Gen.Elements("", "", "\"")
        select quote + name + quote;

    private static Gen<string> Piece(string[] names) => Gen.Frequency(
        (20, Row(names)),
        (1, Row([.. names, "other"])),
        (1, Row(names[1..])),
        (2, LineEnd),
        (1, Gen.Elements("\r", "\"", " \n", "\"\"\n", ",\n")),
        (2, Garbage));

    private static Gen<string> Row(string[] names) =>
        from fields in Gen.CollectToArray(names, name => Value(name).SelectMany(Written))
        from end in LineEnd
        select string.Join(',', fields) + end;

    private static Gen<string> LineEnd => Gen.Frequency((6, Gen.Constant("\n")), (3, Gen.Constant("\r\n")), (1, Gen.Constant("\r")));

    private static Gen<string> Garbage => Generate.Text("\"", "\"\"", ",", "\n", "\r", "\r\n", "a", "1", " ", Cup, "\u00FF", "\0").Select(text => text + "\n");

    private static Gen<string> Value(string name) => Gen.Frequency((19, Right(name)), (1, Wrong));

    private static Gen<string> Right(string name) => name switch
    {
        "item_id" or "store_id" => Gen.Elements("0", "7", "42.0", "2147483647"),
        "user_id" => Gen.Elements("", "1", "46047.0", "0012"),
        "quantity" => Gen.Elements("1", "-2", "3.0", "9223372036854775807"),
        "subtotal" or "final_amount" => Gen.Elements("78", "35.339999999999996", "-0.5", "922337203685477.5807"),
        "birthdate" => Generate.Second.Select(second => $"{second:yyyy-MM-dd}"),
        "created_at" => Generate.Second.Select(second => $"{second:yyyy-MM-dd HH:mm:ss}"),
        _ => Gen.Elements("Latte", "Flat White, large", "say \"hi\"", "two\nlines", "two\r\nlines", "\r", Cup, Latin1("Café"), " ", ",", "\""),
    };

    private static Gen<string> Wrong => Gen.OneOf(
        Generate.Number,
        Generate.Mutated("2024-02-29 23:59:59"),
        Generate.Mutated("2024-02-29"),
        Gen.Elements("", "\u00FF", "\u00C3", "ab\u00E2\u0098", "x\"y", " 1", "1 ", new string('é', 500)));

    /// <summary>A field in quotes where it must be, or where it need not be, and now and then not where it should.</summary>
    private static Gen<string> Written(string value)
    {
        var quoted = $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var mustBeQuoted = value.AsSpan().IndexOfAny(",\"\r\n") >= 0;
        return Gen.Frequency(
            (60, Gen.Constant(mustBeQuoted ? quoted : value)),
            (20, Gen.Constant(quoted)),
            (1, Gen.Constant(value)),
            (1, Gen.Elements(quoted + "x", quoted + "\"", "x" + quoted, quoted[1..], quoted[..^1], quoted + quoted)));
    }

    private static string Latin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
