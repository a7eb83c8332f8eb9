using Microsoft.Extensions.Logging;

namespace CoffeeShop.Observability;

/// <summary>The levels of the log by the names that configurations use.</summary>
public static class LogLevels
{
    private static readonly (string Name, LogLevel Level)[] Levels =
        [("DEBUG", LogLevel.Debug), ("INFO", LogLevel.Information), ("WARNING", LogLevel.Warning), ("ERROR", LogLevel.Error)];

    /// <summary>The names, for messages.</summary>
    public static string Expected => "DEBUG, INFO, WARNING or ERROR";

    /// <summary>Reads a name, in capitals or not.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The level, or null.</returns>
    public static LogLevel? Parse(string name)
    {
        foreach (var (known, level) in Levels)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase)) return level;
        }

        return null;
    }

    /// <summary>The name of a level.</summary>
    /// <param name="level">The level.</param>
    public static string Name(LogLevel level) => level switch
    {
        <= LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        _ => "ERROR",
    };
}
