using System.Collections;

namespace CoffeeShop.Configuration;

/// <summary>
/// The environment variables of all commands, <c>COFFEE_SECTION_KEY</c>. Clients and servers may share an environment, so
/// neither refuses what is the other's; but nobody reads <c>COFFEE_SERVER_PROT</c>, and whoever set it should hear of that.
/// </summary>
internal static class Variables
{
    private static readonly string[] Known = [.. SettingKeys.Client.Concat(SettingKeys.Server).Select(Of)];

    /// <summary>The variable that sets a key: <c>COFFEE_SERVER_PORT</c>.</summary>
    /// <param name="key">The key.</param>
    public static string Of(string key) => $"COFFEE_{key.Replace('.', '_').ToUpperInvariant()}";

    /// <summary>Refuses variables of a known section which no command reads. Whatever else begins with COFFEE may be anybody's.</summary>
    /// <param name="environment">The variables, by name.</param>
    /// <exception cref="ConfigurationException">There is one.</exception>
    public static void Check(IDictionary environment)
    {
        foreach (var name in environment.Keys.Cast<string>().Order(StringComparer.Ordinal))
        {
            if (Known.Contains(name)) continue;
            string[] near = [.. Known.Where(known => SectionOf(known) is { } section && name.StartsWith(section, StringComparison.Ordinal))];
            if (near.Length > 0) throw new ConfigurationException($"environment variable {name}: found a name that sets nothing, expected {string.Join(" or ", near)}.");
        }
    }

    /// <summary>COFFEE_SERVER_ of COFFEE_SERVER_PORT; COFFEE_ID has none.</summary>
    private static string? SectionOf(string variable) => variable.IndexOf('_', "COFFEE_".Length) is > 0 and var end ? variable[..(end + 1)] : null;
}
