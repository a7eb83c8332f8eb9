using System.CommandLine;
using System.Net;
using CoffeeShop.Configuration;
using CoffeeShop.Gateway;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary><c>coffee serve</c>: gateway and workers in one process, with a folder for its state.</summary>
internal static class ServeCommand
{
    public static Command New(CancellationToken stop)
    {
        var config = new Option<string?>("--config") { Description = "A config.ini with [SERVER] PORT, LISTEN_BACKLOG and [LOGGING] LOGGING_LEVEL", HelpName = "FILE" };
        var bind = new TextOption("--bind", "Where clients connect; beyond this machine only with --tokens, please", "ADDRESS", "127.0.0.1", text => ParseAddress(text) is not null, "an IP address");
        var port = new TextOption("--port", "The port of clients; 8080 when nothing else says so", "PORT", byDefault: null, text => ushort.TryParse(text, out _), "a port from 0 to 65535");
        var http = new TextOption("--http", "Where sessions and results are asked for", "ADDRESS:PORT", "127.0.0.1:8081", text => ParseEndPoint(text) is not null, "an IP address and a port, such as 127.0.0.1:8081");
        var state = new Option<string>("--state") { Description = "The folder of the server's state", HelpName = "DIR", DefaultValueFactory = _ => "coffee-state" };
        var certificate = new Option<string?>("--tls-certificate") { Description = "Encrypt with this certificate: PFX, or PEM with its private key", HelpName = "FILE" };
        var tokens = new Option<string?>("--tokens") { Description = "Let in who shows a token of these: a line is agency:sha256hex, made by printf %s TOKEN | sha256sum", HelpName = "FILE" };
        var allowVersion1 = new Option<bool>("--allow-version-1") { Description = "With --tokens, let in clients of version 1, which have none; every agency sees their results" };
        var dump = new Option<string?>("--dump-messages") { Description = "Write each message that is received into this folder, for debugging", HelpName = "DIR" };

        var clusterSettings = new ClusterSettings();
        var command = new Command("serve", "Runs the server: takes in what clients send, and gives them their answers; with a broker and a database, as a gateway of their cluster");
        foreach (var option in (Option[])[config, bind, port, http, state, certificate, tokens, allowVersion1, dump]) command.Add(option);
        clusterSettings.AddTo(command);
        command.SetAction(parsed =>
        {
            var settings = ServerSettings.Read(parsed.GetValue(config), Environment.GetEnvironmentVariables());
            var defaults = new GatewayOptions();
            var cluster = clusterSettings.Parse(parsed);
            if (cluster is not null && parsed.GetResult(state) is { Implicit: false })
                throw new ConfigurationException("Found --state with a broker and a database, expected one or the other: a gateway of a cluster keeps nothing in a folder.");
            var options = new GatewayOptions
            {
                Address = new IPEndPoint(ParseAddress(parsed.GetRequiredValue(bind))!, parsed.GetValue(port) is { } text ? ushort.Parse(text) : settings.Port ?? defaults.Address.Port),
                HttpAddress = ParseEndPoint(parsed.GetRequiredValue(http))!,
                ListenBacklog = settings.ListenBacklog ?? defaults.ListenBacklog,
                Certificate = parsed.GetValue(certificate) is { } file ? ServerCertificate.Read(file) : null,
                Tokens = parsed.GetValue(tokens) is { } list ? AgencyTokens.Read(list) : null,
                AllowVersion1WithoutToken = parsed.GetValue(allowVersion1),
                DumpFolder = parsed.GetValue(dump),
                IsOnlyGateway = cluster is null,
            };
            return cluster is null
                ? SingleServer.Run(options, parsed.GetRequiredValue(state), settings.LogLevel, stop)
                : ClusterProcess.RunGateway(cluster, options, settings.LogLevel ?? LogLevel.Information, stop);
        });
        return command;
    }

    private static IPAddress? ParseAddress(string text) => text == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(text, out var address) ? address : null;

    internal static IPEndPoint? ParseEndPoint(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && ParseAddress(text[..colon].Trim('[', ']')) is { } address && ushort.TryParse(text[(colon + 1)..], out var port) ? new IPEndPoint(address, port) : null;
    }
}
