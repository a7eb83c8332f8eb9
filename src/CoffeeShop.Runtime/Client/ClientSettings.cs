using System.Collections;
using System.Globalization;
using CoffeeShop.Configuration;
using CoffeeShop.Observability;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>What <c>config.yaml</c> and the environment set for a client; null where they set nothing.</summary>
public sealed record ClientSettings
{
    /// <summary>No batch has more rows, whatever is configured.</summary>
    public const int BatchRowsLimit = 65_536;

    /// <summary>What an id of a client looks like, for messages.</summary>
    public const string IdExpected = "1 to 64 letters, digits, dots, underscores or hyphens, not ending in .rejected";

    /// <summary>How the client is called.</summary>
    public string? Id { get; private init; }

    /// <summary>Where the server is.</summary>
    public ServerAddress? Server { get; private init; }

    /// <summary>The most rows of a batch.</summary>
    public int? BatchRows { get; private init; }

    /// <summary>How often and when a connection is tried again.</summary>
    public RetryOptions Retry { get; private init; } = RetryOptions.Default;

    /// <summary>The data folder.</summary>
    public string? DataFolder { get; private init; }

    /// <summary>The least level of what is logged.</summary>
    public LogLevel? LogLevel { get; private init; }

    /// <summary>Reads the file and the environment.</summary>
    /// <param name="path">The file, or null when there is none.</param>
    /// <param name="environment">The variables, by name.</param>
    /// <exception cref="ConfigurationException">Something is wrong with the file or a variable.</exception>
    public static ClientSettings Read(string? path, IDictionary environment)
    {
        var settings = new Settings(SettingKeys.Client, path is null ? [] : YamlFile.Read(path), environment);
        return new ClientSettings
        {
            Id = settings.Text("id", IsId, IdExpected),
            Server = settings.Text("server.address", text => ServerAddress.Parse(text) is not null, ServerAddress.Expected) is { } server ? ServerAddress.Parse(server) : null,
            BatchRows = settings.Value("batch.maxAmount", Settings.Number(1, BatchRowsLimit), $"a whole number from 1 to {BatchRowsLimit}"),
            Retry = new RetryOptions
            {
                Attempts = settings.Value("retry.attempts", Settings.Number(1, int.MaxValue), "a whole number from 1") ?? RetryOptions.Default.Attempts,
                Interval = settings.Value("retry.interval", ParseInterval, "a time up to an hour such as 500ms, 1s or 2m") ?? RetryOptions.Default.Interval,
            },
            DataFolder = settings.Text("data.folder", text => text.Length > 0, "the path of a folder"),
            LogLevel = settings.Value("log.level", LogLevels.Parse, LogLevels.Expected),
        };
    }

    /// <summary>Whether a text can be the id of a client.</summary>
    /// <param name="text">The text.</param>
    public static bool IsId(string text) => text.Length is >= 1 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        // They would be taken for the other files of a client.
        && !text.EndsWith(".rejected", StringComparison.Ordinal);

    private static TimeSpan? ParseInterval(string text)
    {
        var digits = text.TrimEnd('m', 's');
        var unit = text[digits.Length..] switch { "ms" => 1, "s" or "" => 1000, "m" => 60_000, _ => 0 };
        return unit > 0 && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * unit is > 0 and <= 3_600_000 ? TimeSpan.FromMilliseconds(number * unit) : null;
    }
}
