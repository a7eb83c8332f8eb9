using System.Text;

namespace CoffeeShop.Observability;

/// <summary>
/// The form of a line of the log: <c>action: connect | result: success | client_id: agencia-1</c>. Templates are ours; values
/// may come from anybody, so nothing in them can end a line, begin another field or speak to a terminal.
/// </summary>
public static class LogText
{
    private const int ValueLengthMax = 1000;

    /// <summary>Fills the holes of a template with values that are escaped.</summary>
    /// <param name="template">The template, as <see cref="Microsoft.Extensions.Logging.LoggerMessageAttribute"/> has it.</param>
    /// <param name="values">The value of each hole, by name.</param>
    public static string Fill(string template, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        var line = new StringBuilder(template.Length + 64);
        for (var at = 0; at < template.Length;)
        {
            var open = template.IndexOf('{', at);
            var close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0) return line.Append(template, at, template.Length - at).ToString();
            line.Append(template, at, open - at);
            var name = template.AsSpan(open + 1, close - open - 1);
            foreach (var (key, value) in values)
            {
                if (name.Equals(key, StringComparison.Ordinal)) line.Append(Escape(Text(value)));
            }

            at = close + 1;
        }

        return line.ToString();
    }

    /// <summary>
    /// A value that cannot be taken for anything else: <c>|</c> and <c>\</c> behind a backslash, control characters and line
    /// ends as <c>\u000a</c>, and cut at a thousand characters.
    /// </summary>
    /// <param name="value">The value.</param>
    public static string Escape(string value)
    {
        if (value.Length <= ValueLengthMax && !value.Any(NeedsEscape)) return value;
        var escaped = new StringBuilder();
        foreach (var character in value.AsSpan(0, Math.Min(value.Length, ValueLengthMax)))
        {
            if (character is '|' or '\\') escaped.Append('\\').Append(character);
            else if (NeedsEscape(character)) escaped.Append("\\u").Append(((int)character).ToString("x4"));
            else escaped.Append(character);
        }

        return escaped.Append(value.Length > ValueLengthMax ? "…" : "").ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        IFormattable formattable => formattable.ToString(format: null, formatProvider: null),
        _ => value.ToString() ?? "",
    };

    // Format characters may turn the direction of the text around.
    private static bool NeedsEscape(char character) => character is '|' or '\\' or '\u2028' or '\u2029'
        || char.IsControl(character) || char.GetUnicodeCategory(character) == System.Globalization.UnicodeCategory.Format;
}
