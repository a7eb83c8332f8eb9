using System.CommandLine;

namespace CoffeeShop.Commands;

/// <summary>The option that says where a server is to be asked. Apart from the asking, so that other commands load no network.</summary>
internal static class ServerOption
{
    private const string ByDefault = "http://127.0.0.1:8081";

    public static TextOption New() => new("--http", "Where the server answers", "URL", ByDefault, IsAddress, $"an address such as {ByDefault}");

    /// <summary>Whom to trust where the server answers with TLS, as it does beyond its own machine.</summary>
    public static Option<string?> Authorities() => new("--tls-ca") { Description = "With https, trust the authorities in this file (PEM)", HelpName = "FILE" };

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}
