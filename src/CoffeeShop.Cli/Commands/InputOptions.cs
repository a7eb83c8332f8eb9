using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using CoffeeShop.Configuration;
using CoffeeShop.Csv;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Commands;

/// <summary>The options of every command that reads a data folder: where it is, what may be wrong with it, and what is asked.</summary>
/// <param name="isConfigurable">Whether the folder may be named by a configuration instead.</param>
internal sealed class InputOptions(bool isConfigurable = false)
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "The folder with the CSV files: TABLE/*.csv, or TABLE.csv and TABLE_*.csv",
        HelpName = "DIR",
        Required = !isConfigurable,
    };

    private readonly Option<string?> _dataFolder = new("--data-folder") { Description = "A folder within DIR to use instead of it", HelpName = "NAME" };
    private readonly Option<bool> _skipBadFiles = new("--skip-bad-files") { Description = "Leave out files that cannot be read, and name them" };
    private readonly Option<bool> _allowMissing = new("--allow-missing") { Description = "Take a table without files as empty" };

    private readonly TextOption _years = new("--years", "The years that count", "YEARS", "2024,2025", text => ParseYears(text) is not null,
        "years from 1 to 9999, separated by commas, such as 2024,2025");

    private readonly TextOption _hours = new("--hours", "The hours of the day that count, both ends in", "FROM-TO", "06:00:00-23:00:00", text => ParseHours(text) is not null,
        "two times as HH:mm:ss-HH:mm:ss, the earlier first, such as 06:00:00-23:00:00");

    private readonly TextOption _minAmount = new("--min-amount", "The least amount of a high-value transaction", "AMOUNT", "75", text => ParseAmount(text) is not null,
        "an amount as -?digits[.digits] with at most four decimals, such as 75 or 74.5");

    private readonly TextOption _top = new("--top", "How many customers of each store", "N", "3", text => ParseTop(text) is not null, $"a whole number from 1 to {int.MaxValue}");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_data, _dataFolder, _skipBadFiles, _allowMissing, _years, _hours, _minAmount, _top]) command.Add(option);
    }

    /// <summary>Where the input is.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="configured">The folder when the command line names none.</param>
    public DatasetOptions Dataset(ParseResult parsed, string? configured = null) => new(
        parsed.GetValue(_data) ?? configured ?? throw new ConfigurationException("The data folder is missing: name it with --data DIR, or as data.folder in the file of --config."),
        parsed.GetValue(_dataFolder), parsed.GetValue(_skipBadFiles), parsed.GetValue(_allowMissing));

    /// <summary>Whether the command line says something of the queries.</summary>
    public bool HasQueries(ParseResult parsed) => ((TextOption[])[_years, _hours, _minAmount, _top]).Any(option => parsed.Given(option) is not null);

    public QueryOptions Queries(ParseResult parsed)
    {
        var (from, to) = ParseHours(parsed.GetRequiredValue(_hours))!.Value;
        return new QueryOptions
        {
            Years = ParseYears(parsed.GetRequiredValue(_years))!.Value,
            HoursFrom = from,
            HoursTo = to,
            MinAmount = ParseAmount(parsed.GetRequiredValue(_minAmount))!.Value,
            Top = ParseTop(parsed.GetRequiredValue(_top))!.Value,
        };
    }

    private static ImmutableArray<int>? ParseYears(string text)
    {
        var years = text.Split(',').Select(year => int.TryParse(year, out var number) ? number : 0).ToImmutableArray();
        return years.All(year => year is >= 1 and <= 9999) ? years : null;
    }

    private static (int From, int To)? ParseHours(string text)
    {
        var ends = text.Split('-');
        return ends.Length == 2
            && LocalDateTime.TryParseTimeOfDay(Encoding.UTF8.GetBytes(ends[0]), out var from)
            && LocalDateTime.TryParseTimeOfDay(Encoding.UTF8.GetBytes(ends[1]), out var to)
            && from <= to ? (from, to) : null;
    }

    /// <summary>More than four decimals would be rounded for rows; a limit that someone types is taken as it is or not at all.</summary>
    private static Money? ParseAmount(string text) =>
        text.Length - text.IndexOf('.', StringComparison.Ordinal) <= 5 || !text.Contains('.', StringComparison.Ordinal)
            ? Money.TryParse(text, out var amount) ? amount : null
            : null;

    private static int? ParseTop(string text) => int.TryParse(text, out var top) && top > 0 ? top : null;
}
