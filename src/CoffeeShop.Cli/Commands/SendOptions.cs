using System.CommandLine;
using System.Text;
using CoffeeShop.Client;
using CoffeeShop.Configuration;
using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary>What <c>coffee send</c> is asked to do: by its flags, or else by the environment, or else by the file of <c>--config</c>.</summary>
/// <param name="Client">What the client does.</param>
/// <param name="Dataset">The input.</param>
/// <param name="Output">Where the result goes.</param>
/// <param name="IsVersion1">Whether the server speaks version 1 only.</param>
/// <param name="LogLevel">The least level of what is logged.</param>
internal sealed record SendOptions(ClientOptions Client, DatasetOptions Dataset, ResultOutput Output, bool IsVersion1, LogLevel LogLevel);

/// <summary>The options of <c>coffee send</c>.</summary>
internal sealed class SendOptionsParser
{
    private const string DefaultServer = "127.0.0.1:8080";

    private readonly InputOptions _input = new(isConfigurable: true);
    private readonly OutputOptions _output = new();
    private readonly TextOption _server = new("--server", "Where the server is", "HOST:PORT", DefaultServer, text => ServerAddress.Parse(text) is not null, ServerAddress.Expected);
    private readonly Option<string?> _config = new("--config") { Description = "A configuration file, as in config.yaml of the documentation", HelpName = "FILE" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the session that an interrupted send has left" };
    private readonly TextOption _protocol = new("--protocol", "The version of the protocol; with 1, the result stays on the server", "1|2", "2", text => text is "1" or "2", "1 or 2");
    private readonly Option<string?> _authorities = new("--tls-ca") { Description = "Encrypt, and trust the authorities in this file (PEM)", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        _input.AddTo(command);
        _output.AddTo(command);
        foreach (var option in (Option[])[_server, _config, _resume, _protocol, _authorities]) command.Add(option);
    }

    /// <summary>Puts together what was asked for.</summary>
    /// <exception cref="ConfigurationException">The configuration is wrong, or does not go together.</exception>
    /// <exception cref="InputException">There is no session to resume, or a file cannot be used.</exception>
    public SendOptions Parse(ParseResult parsed)
    {
        var settings = ClientSettings.Read(parsed.GetValue(_config), Environment.GetEnvironmentVariables());
        var output = _output.Output(parsed, settings.Id);
        var isVersion1 = parsed.GetRequiredValue(_protocol) == "1";
        var resumed = parsed.GetValue(_resume) ? FindSession(output, isVersion1) : null;
        var queries = resumed?.Queries ?? _input.Queries(parsed);
        if (_input.HasQueries(parsed) && queries != _input.Queries(parsed))
            throw new ConfigurationException("The session began with other options of the queries: leave them out to go on with it, or leave --resume out to begin anew.");
        if (isVersion1 && _input.HasQueries(parsed))
            throw new ConfigurationException("Version 1 of the protocol knows no options of the queries: leave them out, or use --protocol 2.");

        var given = parsed.Given(_server) is { } server ? ServerAddress.Parse(server) : null;
        var client = new ClientOptions(given ?? resumed?.Server ?? settings.Server ?? ServerAddress.Parse(DefaultServer)!, output.Id, output.SessionPath)
        {
            Token = Token(),
            Queries = queries,
            BatchRows = settings.BatchRows ?? resumed?.Fingerprint.BatchRows ?? (isVersion1 ? ClientOptions.Version1BatchRows : ClientOptions.Version2BatchRows),
            IsStrict = output.Strict,
            Retry = settings.Retry,
            Trust = parsed.GetValue(_authorities) is { } authorities ? new ServerTrust(authorities) : null,
            Resumed = resumed,
            IsWatched = Progress.ShowsBars(output.Verbosity) && settings.LogLevel is null,
        };
        var level = output.Verbosity switch
        {
            Verbosity.Quiet => LogLevel.Error,
            Verbosity.Verbose => LogLevel.Debug,
            _ => settings.LogLevel ?? LogLevel.Information,
        };
        return new SendOptions(client, _input.Dataset(parsed, settings.DataFolder), output, isVersion1, level);
    }

    private static string Token()
    {
        var token = Environment.GetEnvironmentVariable("COFFEE_TOKEN") ?? "";
        // It is not shown.
        return Encoding.UTF8.GetByteCount(token) <= Hello.TokenBytesMax ? token
            : throw new ConfigurationException($"environment variable COFFEE_TOKEN: found more than {Hello.TokenBytesMax} bytes, expected the token of your agency.");
    }

    private static SessionFile FindSession(ResultOutput output, bool isVersion1)
    {
        if (isVersion1) throw new ConfigurationException("A session of version 1 of the protocol cannot be resumed: leave out --resume, or --protocol 1.");
        return SessionFile.Read(output.SessionPath)
            ?? throw new InputException($"There is no session to resume: {output.SessionPath} is not there. Name the --out and --id of the interrupted send, or begin anew, without --resume.");
    }
}
