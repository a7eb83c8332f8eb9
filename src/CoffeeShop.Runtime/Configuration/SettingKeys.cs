namespace CoffeeShop.Configuration;

/// <summary>The keys of the configuration, as the source documents name them.</summary>
internal static class SettingKeys
{
    /// <summary>Of <c>config.yaml</c>.</summary>
    public static IReadOnlyList<string> Client { get; } = ["id", "server.address", "batch.maxAmount", "retry.attempts", "retry.interval", "data.folder", "log.level"];

    /// <summary>Of <c>config.ini</c>.</summary>
    public static IReadOnlyList<string> Server { get; } = ["SERVER.PORT", "SERVER.LISTEN_BACKLOG", "LOGGING.LOGGING_LEVEL"];
}
