using System.Text;
using CoffeeShop.Tests.Csv;

namespace CoffeeShop.Tests.Oracle;

/// <summary>
/// Small data folders with every edge that the design names. What a seed makes is the same for ever: layout, files, order
/// and names of the columns, quoting, line ends, and now and then a row that does not fit.
/// </summary>
internal sealed class RandomDataset(Random random)
{
    private readonly bool _nested = random.OneIn(2);
    private readonly bool _dirty = random.OneIn(2);
    private readonly RandomFields _fields = new(random);

    /// <summary>Writes the files of all tables.</summary>
    public void WriteTo(TemporaryFolder folder)
    {
        var sizes = new Dictionary<string, int>
        {
            ["menu_items"] = 8,
            ["stores"] = 6,
            ["users"] = 14,
            ["transactions"] = random.Pick(0, 20, 150),
            ["transaction_items"] = random.Pick(0, 20, 150),
        };
        foreach (var (table, columns) in ReferenceTables.All)
        {
            var files = random.Next(1, 4);
            for (var i = 0; i < files; i++)
            {
                var name = _nested ? $"{table}/{random.Pick("a", "B", "é")}{i}.csv" : files == 1 ? $"{table}.csv" : $"{table}_{i}.csv";
                folder.Write(name, random.OneIn(20) ? "" : File(columns, random.Next(sizes[table] + 1)));
            }
        }
    }

    /// <summary>A file, its bytes as Latin-1 characters.</summary>
    private string File(ReferenceColumn[] columns, int rows)
    {
        var lineEnd = random.Pick("\n", "\r\n");
        ReferenceColumn[] extra = [.. Enumerable.Range(0, random.Next(3)).Select(i => new ReferenceColumn([$"extra{i}"], text => text))];
        var order = random.Shuffled(columns.Concat(extra));
        var text = new StringBuilder(random.OneIn(3) ? "\u00EF\u00BB\u00BF" : "");
        text.AppendJoin(',', order.Select(column => Quote(random.Pick(column.Names), always: random.OneIn(5))));
        for (var i = 0; i < rows; i++)
        {
            text.Append(lineEnd);
            if (random.OneIn(15)) text.Append(lineEnd);
            text.Append(_dirty && random.OneIn(8) ? BadRow(order) : Row(order));
        }

        if (!random.OneIn(3)) text.Append(lineEnd);
        return text.ToString();
    }

    private string Row(ReferenceColumn[] order) => string.Join(',', order.Select(column => Quote(_fields.Of(column.Names[0]), always: random.OneIn(20))));

    private string BadRow(ReferenceColumn[] order)
    {
        var fields = order.Select(column => Quote(_fields.Of(column.Names[0]), always: false)).ToArray();
        var at = random.Next(fields.Length);
        switch (random.Next(6))
        {
            case 0: return string.Join(',', fields.Append("more"));
            case 1: return string.Join(',', fields.Take(fields.Length - 1));
            case 2: fields[at] = "stray\"quote"; break;
            case 3: fields[at] = "\"text\" after"; break;
            case 4 when random.OneIn(4): fields[at] = "\"never closed"; break;
            default: fields[at] = _fields.Bad(); break;
        }

        return string.Join(',', fields);
    }

    private static string Quote(string field, bool always) => always || field.AsSpan().ContainsAny("\",\r\n")
        ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : field;
}
