using System.Collections;
using CoffeeShop.Configuration;
using CoffeeShop.Observability;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Gateway;

/// <summary>What <c>config.ini</c> and the environment say to a server. Null is what they do not say.</summary>
/// <param name="Port">The port of clients.</param>
/// <param name="ListenBacklog">Connections that the system keeps waiting until they are accepted.</param>
/// <param name="LogLevel">The least level that is logged.</param>
public sealed record ServerSettings(int? Port, int? ListenBacklog, LogLevel? LogLevel)
{
    private const int BacklogMax = 65_535;

    /// <summary>Reads them.</summary>
    /// <param name="path">The file, or null.</param>
    /// <param name="environment">The variables.</param>
    /// <exception cref="ConfigurationException">A key or a value is wrong.</exception>
    public static ServerSettings Read(string? path, IDictionary environment)
    {
        var settings = new Settings(SettingKeys.Server, path is null ? [] : IniFile.Read(path), environment);
        return new ServerSettings(
            settings.Value("SERVER.PORT", Settings.Number(0, ushort.MaxValue), $"a port from 0 to {ushort.MaxValue}"),
            settings.Value("SERVER.LISTEN_BACKLOG", Settings.Number(1, BacklogMax), $"a whole number from 1 to {BacklogMax}"),
            settings.Value("LOGGING.LOGGING_LEVEL", LogLevels.Parse, LogLevels.Expected));
    }
}
