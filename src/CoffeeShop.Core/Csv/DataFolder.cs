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
/// <param name="Ignored">CSV files that belong to no table, for a note to the user.</param>
/// <param name="Missing">Tables without a file.</param>
public sealed record DataFolder(
    string Path, IReadOnlyList<DataFile> Files, IReadOnlyList<string> Ignored, IReadOnlyList<Table> Missing)
{
    private const string Extension = ".csv";

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
        var unclaimed = Directory.EnumerateFiles(path)
            .Select(file => System.IO.Path.GetFileName(file))
            .Where(name => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var table in TableRegistry.All)
        {
            var flat = unclaimed.Where(name => IsFlatFileOf(table.Name, name)).ToList();
            var nested = NestedFiles(path, table.Name);
            unclaimed.ExceptWith(flat);
            if (flat.Count > 0 && nested.Count > 0)
                problems.Add($"Table {table} has files in both layouts, {flat.Order(StringComparer.Ordinal).First()} and the folder {table}/: keep one.");
            files.AddRange(flat.Concat(nested).Order(StringComparer.Ordinal).Select(name => NewFile(table, path, name)));
            if (flat.Count + nested.Count == 0) missing.Add(table);
        }

        if (problems.Count > 0) throw new InputException(problems);
        unclaimed.RemoveWhere(name => TableRegistry.Skipped.Any(table => IsFlatFileOf(table, name)));
        return new DataFolder(path, files, [.. unclaimed.Order(StringComparer.Ordinal)], missing);
    }

    private static List<string> NestedFiles(string path, string table)
    {
        var folder = System.IO.Path.Combine(path, table);
        return !Directory.Exists(folder)
            ? []
            : [.. Directory.EnumerateFiles(folder)
                .Where(file => file.EndsWith(Extension, StringComparison.Ordinal))
                .Select(file => $"{table}/{System.IO.Path.GetFileName(file)}")];
    }

    private static DataFile NewFile(Table table, string path, string name)
    {
        var file = new FileInfo(System.IO.Path.Combine(path, name));
        // The size of a link is that of its target; a broken one is reported when its header is read.
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return new DataFile(table, file.FullName, name, target.Exists ? target.Length : -1);
    }

    private static bool IsFlatFileOf(string table, string name) =>
        name.StartsWith(table, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal)
        && (name.Length == table.Length + Extension.Length || name[table.Length] == '_');

    private static string Resolve(string root, string? subfolder)
    {
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

    /// <summary>The path with every link in it followed, its folders' included.</summary>
    private static string RealPath(string path)
    {
        var parent = System.IO.Path.GetDirectoryName(path);
        if (parent is null) return path;
        var real = System.IO.Path.Combine(RealPath(parent), System.IO.Path.GetFileName(path));
        try
        {
            var target = new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: true);
            return target is null ? real : RealPath(target.FullName);
        }
        catch (IOException e)
        {
            throw new InputException($"The path {path} cannot be followed: {e.Message}");
        }
    }
}
