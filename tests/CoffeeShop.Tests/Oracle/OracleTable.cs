using System.Text;
using CoffeeShop.Tests.Csv;

namespace CoffeeShop.Tests.Oracle;

/// <summary>A row that was refused: where it stands, and the first column that does not fit.</summary>
internal sealed record OracleRejection(string Table, string File, int Line, string? Column);

/// <summary>The rows of a table of a data folder: those that fit, by column name, and those that do not.</summary>
internal sealed class OracleTable
{
    private readonly string _name;
    private readonly ReferenceColumn[] _columns;

    public OracleTable(string folder, string name)
    {
        _name = name;
        _columns = ReferenceTables.All[name];
        foreach (var file in Files(folder, name)) Read(folder, file);
    }

    public List<Dictionary<string, string>> Rows { get; } = [];

    public List<OracleRejection> Rejected { get; } = [];

    private static IEnumerable<string> Files(string folder, string name) =>
        Directory.EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(file => file == $"{name}.csv" || file.StartsWith($"{name}/", StringComparison.Ordinal)
                || (file.StartsWith($"{name}_", StringComparison.Ordinal) && !file.Contains('/', StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);

    private void Read(string folder, string file)
    {
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(folder, file)));
        var records = ReferenceCsv.Read(text);
        foreach (var record in records.Skip(1))
        {
            var header = records[0].Fields.ToList();
            var row = record.Flaw == Flaw.None && record.Fields.Count == header.Count
                ? _columns.ToDictionary(column => column.Names[0], column => record.Fields[header.FindIndex(name => column.Names.Contains(name))])
                : null;
            var unfit = row is null ? null : _columns.FirstOrDefault(column => string.IsNullOrEmpty(column.Show(row[column.Names[0]])));
            if (row is not null && unfit is null) Rows.Add(row);
            else Rejected.Add(new OracleRejection(_name, file, 1 + text[..record.Offset].Count(character => character == '\n'), unfit?.Names[0]));
        }
    }
}
