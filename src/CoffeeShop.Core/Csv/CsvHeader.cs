using System.Collections.Immutable;
using CoffeeShop.Tables;
using CsvHelper;

namespace CoffeeShop.Csv;

/// <summary>What the first record of a file says: which field holds which column of the table.</summary>
/// <param name="Names">The name of every field.</param>
/// <param name="Fields">For each column of the table, the field that holds it.</param>
/// <param name="DataOffset">Where in the file the first row begins.</param>
public sealed record CsvHeader(ImmutableArray<string> Names, ImmutableArray<int> Fields, long DataOffset)
{
    /// <summary>The number of fields of every record.</summary>
    public int FieldCount => Names.Length;

    private const int HeaderBytesTarget = 4096;

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads and checks the header of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problems">Gets a message for each problem: what was found, where, what was expected.</param>
    /// <returns>The header, or null when the file has no rows or <paramref name="problems"/> were found.</returns>
    public static CsvHeader? Read(DataFile file, ICollection<string> problems)
    {
        if (file.Length == 0) return null;
        try
        {
            return ReadFirstRecord(file, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{file.Name}: the file cannot be read: {e.Message}");
            return null;
        }
    }

    private static CsvHeader? ReadFirstRecord(DataFile file, ICollection<string> problems)
    {
        // A header is short; a longer one makes a longer block.
        var block = new Block(HeaderBytesTarget);
        using var start = new BlockReader(file.FullPath, offset: 0);
        if (!start.TryRead(block)) return null;
        if (block.Records.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || block.Records.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            problems.Add($"{file.Name}: found a UTF-16 byte order mark, expected UTF-8 text. Convert the file to UTF-8.");
            return null;
        }

        if (!block.Records.StartsWith(Utf8Mark)) return ReadFirstRecord(file, start, block, problems);
        using var behindMark = new BlockReader(file.FullPath, Utf8Mark.Length);
        return behindMark.TryRead(block) ? ReadFirstRecord(file, behindMark, block, problems) : null;
    }

    /// <summary>Reads the first record of a block, or of the first block after it that has one: others are blank lines.</summary>
    private static CsvHeader? ReadFirstRecord(DataFile file, BlockReader blocks, Block block, ICollection<string> problems)
    {
        do
        {
            if (block.IsUnclosed)
            {
                var found = block.HasQuotes ? "a quoted name that never closes" : "a line of more than 1020 KiB";
                problems.Add($"{file.Name} line 1: found {found}, expected {Expected(file.Table)}.");
                return null;
            }

            var isMalformed = false;
            using var reader = CsvReader.Create(block.Lines, CsvDialect.Quoted with { OnMalformedRecord = _ => isMalformed = true });
            if (!reader.Read()) continue;
            if (!isMalformed) return ReadNames(file, block, reader, problems);
            problems.Add($"{file.Name} line 1: found a stray quote in {Show(Rejection.Quote(reader.RawRecord))}, expected {Expected(file.Table)}.");
            return null;
        }
        while (blocks.TryRead(block));

        return null;
    }

    private static CsvHeader? ReadNames(DataFile file, Block block, CsvReader reader, ICollection<string> problems)
    {
        var names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetString).ToArray();
        // The line end after the header belongs to it: the rows would begin with a blank line otherwise.
        var end = (int)reader.ByteOffset + reader.RawRecord.Length;
        end += LineEndLength(block.Lines.Span[end..]);
        return Map(file, names, block.Offset - 1 + end, problems);
    }

    private static int LineEndLength(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [(byte)'\r', (byte)'\n', ..] => 2,
        [(byte)'\r' or (byte)'\n', ..] => 1,
        _ => 0,
    };

    private static CsvHeader? Map(DataFile file, string[] names, long end, ICollection<string> problems)
    {
        var before = problems.Count;
        var fields = ImmutableArray.CreateBuilder<int>();
        List<string> missing = [];
        foreach (var column in file.Table.Columns)
        {
            var found = Enumerable.Range(0, names.Length).Where(i => column.Names.Contains(names[i], StringComparer.Ordinal)).ToList();
            if (found.Count == 0) missing.Add(Spell(column));
            if (found.Count > 1)
                problems.Add($"{file.Name} line 1: found {found.Count} columns for {column.Name} ({string.Join(", ", found.Select(i => $"{names[i]} at {i + 1}"))}), expected one.");
            fields.Add(found.FirstOrDefault());
        }

        if (missing.Count > 0)
            problems.Add($"{file.Name} line 1: column {string.Join(", ", missing)} is missing: found {Show(string.Join(',', names))}, expected {Expected(file.Table)}.");
        return problems.Count > before ? null : new CsvHeader([.. names], fields.ToImmutable(), end);
    }

    private static string Expected(Table table) => $"the columns {string.Join(", ", table.Columns.Select(Spell))}";

    private static string Spell(Column column) => string.Join(" or ", column.Names);

    private static string Show(string names)
    {
        var cut = Rejection.Cut(names);
        return cut.Length == names.Length ? $"\"{names}\"" : $"\"{cut}…\"";
    }
}
