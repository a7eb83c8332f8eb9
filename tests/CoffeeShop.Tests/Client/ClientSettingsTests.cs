using System.Collections;
using CoffeeShop.Client;
using CoffeeShop.Configuration;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Tests.Client;

public sealed class ClientSettingsTests : IDisposable
{
    private const string Documents = "id: \"agencia-1\"\nserver:\n  address: \"orquestador:8080\"\nbatch:\n  maxAmount: 1000\nretry:\n  attempts: 5\n  interval: 250ms\ndata:\n  folder: ./data\nlog:\n  level: \"INFO\"\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_of_the_documents_is_read()
    {
        var settings = Read(Documents);
        Assert.Equal("agencia-1", settings.Id);
        Assert.Equal(new ServerAddress("orquestador", 8080), settings.Server);
        Assert.Equal(1000, settings.BatchRows);
        Assert.Equal(new RetryOptions { Attempts = 5, Interval = TimeSpan.FromMilliseconds(250) }, settings.Retry);
        Assert.Equal("./data", settings.DataFolder);
        Assert.Equal(LogLevel.Information, settings.LogLevel);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("---\n")]
    public void Nothing_is_set_by_a_file_without_keys(string text)
    {
        var settings = Read(text);
        Assert.Null(settings.Id);
        Assert.Null(settings.Server);
        Assert.Equal(RetryOptions.Default, settings.Retry);
    }

    [Fact]
    public void The_environment_overrides_the_file()
    {
        var settings = Read(Documents, ("COFFEE_SERVER_ADDRESS", "[::1]:99"), ("COFFEE_BATCH_MAXAMOUNT", "7"), ("COFFEE_ID", "x"), ("COFFEE_RETRY_INTERVAL", "2m"));
        Assert.Equal(("x", new ServerAddress("::1", 99), 7, 5), (settings.Id, settings.Server, settings.BatchRows, settings.Retry.Attempts));
        Assert.Equal(TimeSpan.FromMinutes(2), settings.Retry.Interval);
    }

    [Theory]
    [InlineData("id: a\nserver:\n  adress: h:1\n", "line 3: found the key server.adress, expected one of id, server.address")]
    [InlineData("id: a\nbatch:\n  maxAmount: many\n", "line 3: found batch.maxAmount = \"many\", expected a whole number from 1")]
    [InlineData("batch:\n  maxAmount: 0\n", "line 2: found batch.maxAmount = \"0\"")]
    [InlineData("batch:\n  maxAmount: [1, 2]\n", "line 2: found a list for batch.maxAmount, expected a single value")]
    [InlineData("server:\n  address:\n    host: h\n", "line 2: found a section for server.address")]
    [InlineData("server: h:1\n", "line 1: found the key server, expected")]
    [InlineData("id: a\nid: b\n", "line 2: found no YAML: ")]
    [InlineData("id: a\nID: b\n", "line 2: found ID again")]
    [InlineData("- a\n", "line 1: found a list, expected keys with values")]
    [InlineData("just text\n", "line 1: found \"just text\", expected keys with values")]
    [InlineData("id: \"a\n", "found no YAML: ")]
    [InlineData("retry:\n  attempts: 0\n", "line 2: found retry.attempts = \"0\"")]
    [InlineData("retry:\n  interval: 5h\n", "expected a time up to an hour such as 500ms, 1s or 2m")]
    [InlineData("retry:\n  interval: -1s\n", "line 2: found retry.interval")]
    [InlineData("log:\n  level: LOUD\n", "line 2: found log.level = \"LOUD\", expected DEBUG, INFO, WARNING or ERROR")]
    [InlineData("id: a/b\n", "line 1: found id = \"a/b\", expected 1 to 64 letters")]
    [InlineData("data:\n  folder: \"\"\n", "line 2: found data.folder = \"\"")]
    public void A_wrong_file_is_told_with_line_and_what_was_expected(string text, string message)
    {
        var e = Assert.Throws<ConfigurationException>(() => Read(text));
        Assert.StartsWith(_folder["config.yaml"], e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("COFFEE_SERVER_ADDRESS", "nowhere", "expected HOST:PORT")]
    [InlineData("COFFEE_BATCH_MAXAMOUNT", "1.5", "expected a whole number")]
    [InlineData("COFFEE_LOG_LEVEL", "2", "expected DEBUG, INFO")]
    public void A_wrong_variable_is_told_by_its_name(string variable, string value, string expected)
    {
        var e = Assert.Throws<ConfigurationException>(() => Read("", (variable, value)));
        Assert.StartsWith($"environment variable {variable}: found", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Assert.Contains("no-such.yaml", Assert.Throws<ConfigurationException>(() => ClientSettings.Read("no-such.yaml", new Hashtable())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost:8080", "localhost", 8080)]
    [InlineData("127.0.0.1:1", "127.0.0.1", 1)]
    [InlineData("[::1]:65535", "::1", 65535)]
    public void Addresses_have_a_host_and_a_port(string text, string host, int port)
    {
        Assert.Equal(new ServerAddress(host, port), ServerAddress.Parse(text));
        Assert.Equal(text, ServerAddress.Parse(text)!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData(":80")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("::1:80")]
    [InlineData("[host:80")]
    [InlineData("a b:80")]
    [InlineData("[]:80")]
    public void Other_texts_are_no_addresses(string text) => Assert.Null(ServerAddress.Parse(text));

    private ClientSettings Read(string text, params ReadOnlySpan<(string Name, string Value)> variables)
    {
        var environment = new Hashtable();
        foreach (var (name, value) in variables) environment[name] = value;
        return ClientSettings.Read(_folder.Write("config.yaml", text), environment);
    }
}
