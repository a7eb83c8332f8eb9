using CoffeeShop.Tables;

namespace CoffeeShop.Csv;

/// <summary>A file whose header has been checked.</summary>
/// <param name="File">The file.</param>
/// <param name="Header">Its header.</param>
public sealed record CsvFile(DataFile File, CsvHeader Header);

/// <summary>The input of a run: every header has been checked before any row is read or sent.</summary>
/// <param name="Files">The files with rows, in the order of reading.</param>
/// <param name="Notes">What a user should know: files left out and tables taken as empty.</param>
public sealed record Dataset(IReadOnlyList<CsvFile> Files, IReadOnlyList<string> Notes)
{
    /// <summary>The size of all files in bytes.</summary>
    public long Bytes => Files.Sum(file => file.File.Length);

    /// <summary>Finds the files of all tables and checks their headers.</summary>
    /// <param name="options">Where they are, and what may be wrong with them.</param>
    /// <exception cref="InputException">Every problem that the options do not allow.</exception>
    public static Dataset Open(DatasetOptions options)
    {
        var folder = DataFolder.Open(options.Root, options.Subfolder);
        List<string> problems = [];
        List<string> notes = [.. folder.Ignored.Select(name => $"{name} is no file of a table and was not read.")];
        foreach (var table in folder.Missing)
        {
            if (options.AllowMissing) notes.Add($"Table {table} has no file and was taken as empty.");
            else problems.Add($"Table {table} is missing: found neither {table}.csv, {table}_*.csv nor {table}/*.csv in {folder.Path}. Add it, or take it as empty with --allow-missing.");
        }

        List<CsvFile> files = [];
        foreach (var file in folder.Files)
        {
            List<string> flaws = [];
            if (CsvHeader.Read(file, flaws) is { } header) files.Add(new CsvFile(file, header));
            if (options.SkipBadFiles) notes.AddRange(flaws.Select(flaw => $"Left out: {flaw}"));
            else problems.AddRange(flaws);
        }

        if (folder.Missing.Count == TableRegistry.All.Length && !options.AllowMissing)
            throw new InputException($"There is no table in {folder.Path}: expected {string.Join(", ", TableRegistry.All)}, each as TABLE.csv, TABLE_*.csv or TABLE/*.csv.");
        return problems.Count == 0 ? new Dataset(files, notes) : throw new InputException(problems);
    }
}

/// <summary>Where a dataset is, and what may be wrong with it.</summary>
/// <param name="Root">The data folder.</param>
/// <param name="Subfolder">A folder within it to use instead, or null.</param>
/// <param name="SkipBadFiles">Whether files that cannot be read are left out, with a note.</param>
/// <param name="AllowMissing">Whether a table without a file is taken as empty, with a note.</param>
public sealed record DatasetOptions(string Root, string? Subfolder = null, bool SkipBadFiles = false, bool AllowMissing = false);
