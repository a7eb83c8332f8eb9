using System.Collections;

namespace CoffeeShop.Configuration;

/// <summary>
/// What is set, by key: environment variables <c>COFFEE_SECTION_KEY</c> override the file. Flags override both, and are up to
/// the command. Every key has to be known and every value has to fit, or a <see cref="ConfigurationException"/> says where not.
/// </summary>
public sealed class Settings
{
    private readonly Dictionary<string, Setting> _settings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lays the environment over a file.</summary>
    /// <param name="known">The keys there are.</param>
    /// <param name="file">What the file sets; nothing without a file.</param>
    /// <param name="environment">The variables, by name, as <see cref="Environment.GetEnvironmentVariables()"/> gives them.</param>
    /// <exception cref="ConfigurationException">A key or a variable is not known, or a key is set twice.</exception>
    public Settings(IReadOnlyList<string> known, IEnumerable<Setting> file, IDictionary environment)
    {
        foreach (var setting in file)
        {
            if (!known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
                throw new ConfigurationException($"{setting.Source}: found the key {setting.Key}, expected one of {string.Join(", ", known)}.");
            if (!_settings.TryAdd(setting.Key, setting))
                throw new ConfigurationException($"{setting.Source}: found {setting.Key} again, expected it once; it is set by {_settings[setting.Key].Source} already.");
        }

        Variables.Check(environment);
        foreach (var key in known)
        {
            var variable = Variables.Of(key);
            if (environment[variable] is string value) _settings[key] = new Setting(key, value, $"environment variable {variable}");
        }
    }

    /// <summary>The value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="parse">Reads the text; null when it does not fit.</param>
    /// <param name="expected">What fits, for messages.</param>
    /// <returns>Null when it is not set.</returns>
    /// <exception cref="ConfigurationException">The value does not fit.</exception>
    public T? Value<T>(string key, Func<string, T?> parse, string expected) where T : struct =>
        !_settings.TryGetValue(key, out var setting) ? null : parse(setting.Value) ?? throw Wrong(setting, expected);

    /// <inheritdoc cref="Value{T}(string, Func{string, T?}, string)"/>
    /// <param name="key">The key.</param>
    /// <param name="fits">Whether the text fits.</param>
    /// <param name="expected">What fits, for messages.</param>
    public string? Text(string key, Func<string, bool> fits, string expected) =>
        !_settings.TryGetValue(key, out var setting) ? null : fits(setting.Value) ? setting.Value : throw Wrong(setting, expected);

    /// <summary>Reads a whole number within bounds.</summary>
    /// <param name="min">The least.</param>
    /// <param name="max">The greatest.</param>
    public static Func<string, int?> Number(int min, int max) =>
        text => int.TryParse(text, System.Globalization.NumberStyles.None, provider: null, out var number) && number >= min && number <= max ? number : null;

    private static ConfigurationException Wrong(Setting setting, string expected) =>
        new($"{setting.Source}: found {setting.Key} = \"{setting.Value}\", expected {expected}.");
}
