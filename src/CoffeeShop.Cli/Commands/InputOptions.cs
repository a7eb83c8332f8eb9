using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Commands;

/// <summary>The options of every command that reads a data folder: where it is, what may be wrong with it, and what is asked.</summary>
internal sealed class InputOptions
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "The folder with the CSV files: TABLE/*.csv, or TABLE.csv and TABLE_*.csv",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<string?> _dataFolder = new("--data-folder") { Description = "A folder within DIR to use instead of it", HelpName = "NAME" };
    private readonly Option<bool> _skipBadFiles = new("--skip-bad-files") { Description = "Leave out files that cannot be read, and name them" };
    private readonly Option<bool> _allowMissing = new("--allow-missing") { Description = "Take a table without files as empty" };

    private readonly Option<ImmutableArray<int>> _years = new("--years")
    {
        Description = "The years that count",
        HelpName = "2024,2025",
        CustomParser = Parsed<ImmutableArray<int>>(ParseYears, "years from 1 to 9999, separated by commas, such as 2024,2025"),
        DefaultValueFactory = _ => QueryOptions.Default.Years,
    };

    private readonly Option<(int From, int To)> _hours = new("--hours")
    {
        Description = "The hours of the day that count, both ends in",
        HelpName = "06:00:00-23:00:00",
        CustomParser = Parsed<(int From, int To)>(ParseHours, "two times of a day, the earlier first, such as 06:00:00-23:00:00"),
        DefaultValueFactory = _ => (QueryOptions.Default.HoursFrom, QueryOptions.Default.HoursTo),
    };

    private readonly Option<Money> _minAmount = new("--min-amount")
    {
        Description = "The least amount of a high-value transaction",
        HelpName = "75",
        CustomParser = Parsed<Money>(text => Money.TryParse(text, out var amount) ? amount : null, "an amount such as 75 or 74.5"),
        DefaultValueFactory = _ => QueryOptions.Default.MinAmount,
    };

    private readonly Option<int> _top = new("--top")
    {
        Description = "How many customers of each store",
        HelpName = "3",
        CustomParser = Parsed<int>(text => int.TryParse(text, out var top) && top > 0 ? top : null, "a whole number from 1"),
        DefaultValueFactory = _ => QueryOptions.Default.Top,
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_data, _dataFolder, _skipBadFiles, _allowMissing, _years, _hours, _minAmount, _top]) command.Add(option);
    }

    public DatasetOptions Dataset(ParseResult parsed) => new(
        parsed.GetRequiredValue(_data), parsed.GetValue(_dataFolder), parsed.GetValue(_skipBadFiles), parsed.GetValue(_allowMissing));

    public QueryOptions Queries(ParseResult parsed) => new()
    {
        Years = parsed.GetValue(_years),
        HoursFrom = parsed.GetValue(_hours).From,
        HoursTo = parsed.GetValue(_hours).To,
        MinAmount = parsed.GetValue(_minAmount),
        Top = parsed.GetValue(_top),
    };

    /// <summary>A parser that refuses with what was found and what was expected.</summary>
    public static Func<ArgumentResult, T> Parsed<T>(Func<string, T?> parse, string expected) where T : struct => result =>
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (parse(text) is { } value) return value;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name}: found \"{text}\", expected {expected}.");
        return default;
    };

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
}
