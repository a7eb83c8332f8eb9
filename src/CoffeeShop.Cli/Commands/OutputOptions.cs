using System.CommandLine;
using CoffeeShop.Client;
using CoffeeShop.Csv;
using CoffeeShop.Output;
using CoffeeShop.Results;

namespace CoffeeShop.Commands;

/// <summary>The options of every command that writes a result: where it goes, in which forms, and how much is told.</summary>
internal sealed class OutputOptions
{
    private readonly Option<string> _folder = new("--out") { Description = "Where the result goes", HelpName = "DIR", DefaultValueFactory = _ => "." };
    private readonly TextOption _id = new("--id", "Names the result, client-ID.ndjson", "ID", "1", ClientSettings.IsId, ClientSettings.IdExpected);

    private readonly TextOption _format = new("--format", "ndjson, or ndjson,csv for a CSV file per query as well", "FORMATS", "ndjson",
        text => text is "ndjson" or "ndjson,csv" or "csv,ndjson" or "csv", "ndjson or ndjson,csv");

    private readonly Option<bool> _strict = new("--strict") { Description = "Refuse the input when a row is rejected" };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Print errors only" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Print each file as it is read" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_folder, _id, _format, _strict, _quiet, _verbose]) command.Add(option);
    }

    /// <summary>What was asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="configuredId">The id when the command line has none.</param>
    public ResultOutput Output(ParseResult parsed, string? configuredId = null) => new(
        parsed.GetRequiredValue(_folder),
        parsed.Given(_id) ?? configuredId ?? parsed.GetRequiredValue(_id),
        parsed.GetRequiredValue(_format).Contains("csv", StringComparison.Ordinal),
        parsed.GetValue(_strict),
        parsed.GetValue(_quiet) ? Verbosity.Quiet : parsed.GetValue(_verbose) ? Verbosity.Verbose : Verbosity.Normal);
}

/// <summary>How much a command tells.</summary>
internal enum Verbosity
{
    Quiet,
    Normal,
    Verbose,
}

/// <summary>Where a result goes with what belongs to it.</summary>
internal sealed record ResultOutput(string Folder, string Id, bool Csv, bool Strict, Verbosity Verbosity)
{
    public string ResultPath => Path.Combine(Folder, $"client-{Id}.ndjson");

    public string RejectedPath => Path.Combine(Folder, $"client-{Id}.rejected.ndjson");

    /// <summary>What an interrupted <c>send</c> goes on with.</summary>
    public string SessionPath => Path.Combine(Folder, $"client-{Id}.session");

    /// <summary>Gives the file of rejections its name, before the result has one.</summary>
    /// <returns>False when the input is refused for its rejections.</returns>
    public bool TryAccept(RejectionLog rejections, CancellationToken stop)
    {
        WriteRejections(rejections, stop);
        if (!Strict || rejections.Count == 0) return true;
        Console.Error.WriteLine($"The input is refused: {rejections.Count} rows were rejected and --strict was given. They are listed in {RejectedPath}.");
        if (File.Exists(ResultPath)) Console.Error.WriteLine($"{ResultPath} is the result of an earlier run.");
        return false;
    }

    /// <summary>Gives the files of the result their names, the result itself last.</summary>
    public void Commit(OutputFile file, CancellationToken stop)
    {
        if (Csv)
        {
            file.Stream.Flush();
            file.Stream.Position = 0;
            using var csv = new CsvExport(ResultFile.Read(file.Stream, ResultPath).Until(stop), Folder);
            csv.Commit();
        }

        file.Commit();
    }

    private void WriteRejections(RejectionLog rejections, CancellationToken stop)
    {
        if (rejections.Count == 0)
        {
            // What an earlier run rejected is not what this one did.
            if (Path.Exists(RejectedPath)) File.Delete(RejectedPath);
            return;
        }

        using var file = new OutputFile(RejectedPath);
        try
        {
            rejections.WriteTo(file.Stream, stop.ThrowIfCancellationRequested);
            file.Commit();
        }
        catch (IOException e)
        {
            throw file.Explain(e);
        }
    }
}
