using System.CommandLine;

namespace CoffeeShop.Commands;

/// <summary>
/// An option with a grammar, which refuses with what was found and what was expected. Its value stays the text, so that the
/// help can show the default.
/// </summary>
internal sealed class TextOption : Option<string>
{
    public TextOption(string name, string description, string helpName, string? byDefault, Func<string, bool> fits, string expected)
        : base(name)
    {
        Description = description;
        HelpName = helpName;
        if (byDefault is not null) DefaultValueFactory = _ => byDefault;
        Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string>() ?? "";
            if (!fits(text)) result.AddError($"{name}: found \"{text}\", expected {expected}.");
        });
    }
}

internal static class ParseResultExtensions
{
    /// <summary>The value that stands on the command line, and no default: what a configuration says would be overridden by that.</summary>
    public static string? Given(this ParseResult parsed, Option<string> option) =>
        parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : null;
}
