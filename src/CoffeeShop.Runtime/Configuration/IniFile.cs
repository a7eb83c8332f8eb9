namespace CoffeeShop.Configuration;

/// <summary>Reads the server's <c>config.ini</c>: sections in brackets, <c>KEY=VALUE</c>, comments after <c>;</c> or <c>#</c> on lines of their own.</summary>
public static class IniFile
{
    private const int BytesMax = 64 * 1024;

    /// <summary>What a file sets, in its order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or a line is neither of these.</exception>
    public static IReadOnlyList<Setting> Read(string path)
    {
        string[] lines;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > BytesMax) throw new ConfigurationException($"{path}: found {length} bytes, expected a configuration of at most {BytesMax}.");
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration {path} cannot be read: {e.Message}");
        }

        var settings = new List<Setting>();
        var section = "";
        for (var i = 0; i < lines.Length; i++)
        {
            var (line, source) = (lines[i].Trim(), $"{path} line {i + 1}");
            if (line.Length == 0 || line[0] is ';' or '#') continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line[0] == '[' && line[^1] == ']') section = line[1..^1].Trim() + ".";
            else if (equals > 0) settings.Add(new Setting(section + line[..equals].Trim(), line[(equals + 1)..].Trim(), source));
            else throw new ConfigurationException($"{source}: found \"{line}\", expected [SECTION] or KEY=VALUE.");
        }

        return settings;
    }
}
