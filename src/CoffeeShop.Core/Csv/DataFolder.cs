using CoffeeShop.Tables;

namespace CoffeeShop.Csv;

/// <summary>A CSV file of a table.</summary>
/// <param name="Table">The table whose rows it holds.</param>
/// <param name="FullPath">Where it is.</param>
/// <param name="Name">Its path from the data folder with <c>/</c>: how messages name it, and the order of reading.</param>
/// <param name="Length">Its size in bytes.</param>
public sealed record DataFile(Table Table, string FullPath, string Name, long Length);

/// <summary>
/// A folder of CSV files: <c>DIR/&lt;table&gt;/*.csv</c>, or flat <c>DIR/&lt;table&gt;.csv</c> and <c>DIR/&lt;table&gt;_*.csv</c>.
/// </summary>
/// <param name="Path">The folder.</param>
/// <param name="Files">The files of the tables: tables in the order of the registry, files by name, ordinal.</param>
/// <param name="Ignored">What looks like input and is not read, for a note to the user: other CSV files, and folders in a table's folder.</param>
/// <param name="Missing">Tables without a file.</param>
public sealed record DataFolder(
    string Path, IReadOnlyList<DataFile> Files, IReadOnlyList<string> Ignored, IReadOnlyList<Table> Missing)
{
    private const string Extension = ".csv";

    /// <summary>As many links as the system follows before it takes them for a circle.</summary>
    private const int LinksMax = 40;

    /// <summary>Lists the files of all tables.</summary>
    /// <param name="root">The data root.</param>
    /// <param name="subfolder">A folder within the root to use instead of it, or null. It cannot lead out of the root.</param>
    /// <exception cref="InputException">There is no such folder, or a table has both layouts.</exception>
    public static DataFolder Open(string root, string? subfolder = null)
    {
        var path = Resolve(root, subfolder);
        try
        {
            return List(path);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InputException($"The data folder cannot be read: {e.Message} Check its permissions.");
        }
        catch (IOException e)
        {
            throw new InputException($"The data folder cannot be read: {e.Message}");
        }
    }

    private static DataFolder List(string path)
    {
        List<DataFile> files = [];
        List<Table> missing = [];
        List<string> problems = [];
        List<string> ignored = [];
        var unclaimed = Directory.EnumerateFiles(path)
            .Select(file => System.IO.Path.GetFileName(file))
            .Where(LooksLikeCsv)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var table in TableRegistry.All)
        {
            var flat = unclaimed.Where(name => IsFlatFileOf(table.Name, name)).ToList();
            var nested = NestedFiles(path, table.Name, ignored);
            unclaimed.ExceptWith(flat);
            if (flat.Count > 0 && nested.Count > 0)
                problems.Add($"Table {table} has files in both layouts, {flat.Order(StringComparer.Ordinal).First()} and the folder {table}/: keep one.");
            files.AddRange(flat.Concat(nested).Order(StringComparer.Ordinal).Select(name => NewFile(table, path, name)));
            if (flat.Count + nested.Count == 0) missing.Add(table);
        }

        if (problems.Count > 0) throw new InputException(problems);
        unclaimed.RemoveWhere(name => TableRegistry.Skipped.Any(table => IsFlatFileOf(table, name)));
        return new DataFolder(path, files, [.. unclaimed.Concat(ignored).Order(StringComparer.Ordinal)], missing);
    }

    private static List<string> NestedFiles(string path, string table, List<string> ignored)
    {
        var folder = System.IO.Path.Combine(path, table);
        if (!Directory.Exists(folder)) return [];
        ignored.AddRange(Directory.EnumerateDirectories(folder).Select(inner => $"{table}/{System.IO.Path.GetFileName(inner)}/"));
        var names = Directory.EnumerateFiles(folder).Select(file => $"{table}/{System.IO.Path.GetFileName(file)}").Where(LooksLikeCsv).ToList();
        ignored.AddRange(names.Where(name => !IsCsv(name)));
        return [.. names.Where(IsCsv)];
    }

    private static DataFile NewFile(Table table, string path, string name)
    {
        var file = new FileInfo(System.IO.Path.Combine(path, name));
        return new DataFile(table, file.FullName, name, LengthOf(file));
    }

    /// <summary>The size of a link is that of its target. A broken or circular one is reported when its header is read.</summary>
    private static long LengthOf(FileInfo file)
    {
        try
        {
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return target.Exists ? target.Length : -1;
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private static bool IsCsv(string name) => name.EndsWith(Extension, StringComparison.Ordinal);

    private static bool LooksLikeCsv(string name) => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    private static bool IsFlatFileOf(string table, string name) =>
        name.StartsWith(table, StringComparison.Ordinal) && IsCsv(name)
        && (name.Length == table.Length + Extension.Length || name[table.Length] == '_');

    private static string Resolve(string root, string? subfolder)
    {
        if (File.Exists(root)) throw new InputException($"{root} is a file: expected a folder with the CSV files of the tables.");
        if (!Directory.Exists(root)) throw new InputException($"There is no folder {root}: expected a folder with the CSV files of the tables.");
        if (subfolder is null) return root;

        var within = RealPath(System.IO.Path.GetFullPath(root));
        var path = RealPath(System.IO.Path.GetFullPath(subfolder, System.IO.Path.GetFullPath(root)));
        if (path != within && !path.StartsWith(within.TrimEnd('/') + '/', StringComparison.Ordinal))
            throw new InputException($"The data folder {subfolder} leads out of {root}: expected a folder within it.");
        if (!Directory.Exists(path))
            throw new InputException($"There is no folder {subfolder} in {root}.{Siblings(root)}");
        return path;
    }

    private static string Siblings(string root)
    {
        var names = Directory.EnumerateDirectories(root).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal).Take(10).ToList();
        return names.Count == 0 ? "" : $" It has: {string.Join(", ", names)}.";
    }

    /// <summary>The path with every link in it followed, its folders' included. What does not exist has no links.</summary>
    private static string RealPath(string path, int linksMax = LinksMax)
    {
        if (linksMax == 0) throw new InputException($"The path {path} cannot be followed: its links lead in a circle.");
        var parent = System.IO.Path.GetDirectoryName(path);
        if (parent is null) return path;
        var realParent = RealPath(parent, linksMax);
        var real = System.IO.Path.Combine(realParent, System.IO.Path.GetFileName(path));
        var target = new DirectoryInfo(real).LinkTarget;
        return target is null ? real : RealPath(System.IO.Path.GetFullPath(target, realParent), linksMax - 1);
    }
}
