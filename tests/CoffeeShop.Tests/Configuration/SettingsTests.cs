using System.Collections;
using CoffeeShop.Configuration;

namespace CoffeeShop.Tests.Configuration;

public sealed class SettingsTests
{
    private static readonly string[] Known = ["SERVER.PORT", "LOGGING.LOGGING_LEVEL"];

    [Fact]
    public void The_file_of_the_documents_is_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.ini", "[SERVER]\nPORT=8080\nLISTEN_BACKLOG=10\n\n; a comment\n[LOGGING]\r\nLOGGING_LEVEL = INFO\r\n");
        Assert.Equal(
            [new Setting("SERVER.PORT", "8080", path + " line 2"), new("SERVER.LISTEN_BACKLOG", "10", path + " line 3"), new("LOGGING.LOGGING_LEVEL", "INFO", path + " line 7")],
            IniFile.Read(path));
    }

    [Fact]
    public void The_environment_overrides_the_file()
    {
        var settings = new Settings(Known, [new Setting("server.port", "1", "f line 1"), new("LOGGING.LOGGING_LEVEL", "INFO", "f line 2")], Environment(("COFFEE_SERVER_PORT", "2")));
        Assert.Equal(2, settings.Value("SERVER.PORT", Settings.Number(0, 9), "a digit"));
        Assert.Equal("INFO", settings.Text("LOGGING.LOGGING_LEVEL", _ => true, ""));
        Assert.Null(new Settings(Known, [], Environment()).Value("SERVER.PORT", Settings.Number(0, 9), "a digit"));
    }

    [Fact]
    public void A_wrong_line_is_told_with_its_place()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.ini", "[SERVER]\nPORT 8080\n");
        Assert.Equal($"{path} line 2: found \"PORT 8080\", expected [SECTION] or KEY=VALUE.", Message(() => IniFile.Read(path)));
    }

    [Fact]
    public void A_missing_file_is_told() =>
        Assert.StartsWith("The configuration no-such.ini cannot be read: ", Message(() => IniFile.Read("no-such.ini")), StringComparison.Ordinal);

    [Fact]
    public void A_wrong_key_is_told_with_its_place() => Assert.Equal(
        "f line 3: found the key SERVER.PROT, expected one of SERVER.PORT, LOGGING.LOGGING_LEVEL.",
        Message(() => new Settings(Known, [new Setting("SERVER.PROT", "1", "f line 3")], Environment())));

    [Fact]
    public void A_key_that_is_set_twice_is_told() => Assert.StartsWith(
        "f line 2: found SERVER.PORT again",
        Message(() => new Settings(Known, [new Setting("SERVER.PORT", "1", "f line 1"), new("SERVER.PORT", "1", "f line 2")], Environment())), StringComparison.Ordinal);

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("65536")]
    [InlineData(" 1")]
    public void A_wrong_value_is_told_with_its_place(string value) => Assert.Equal(
        $"environment variable COFFEE_SERVER_PORT: found SERVER.PORT = \"{value}\", expected a port from 0 to 65535.",
        Message(() => new Settings(Known, [], Environment(("COFFEE_SERVER_PORT", value))).Value("SERVER.PORT", Settings.Number(0, 65535), "a port from 0 to 65535")));

    [Theory]
    [InlineData("COFFEE_SERVER_PROT", "COFFEE_SERVER_ADDRESS or COFFEE_SERVER_PORT or COFFEE_SERVER_LISTEN_BACKLOG")]
    [InlineData("COFFEE_LOGGING_LEVEL", "COFFEE_LOGGING_LOGGING_LEVEL")]
    [InlineData("COFFEE_BATCH_MAX_AMOUNT", "COFFEE_BATCH_MAXAMOUNT")]
    public void A_variable_that_sets_nothing_is_told_with_those_of_its_section(string name, string expected) => Assert.Equal(
        $"environment variable {name}: found a name that sets nothing, expected {expected}.",
        Message(() => new Settings(Known, [], Environment((name, "1")))));

    [Theory]
    [InlineData("COFFEE_SERVER_ADDRESS")]
    [InlineData("COFFEE_DATABASE")]
    [InlineData("COFFEE_BROKER")]
    [InlineData("COFFEE_TOKEN")]
    [InlineData("COFFEE_FAIL_POINT")]
    [InlineData("COFFEE_ID")]
    [InlineData("COFFEE_MUG_COLOUR")]
    public void Variables_of_other_commands_and_of_others_are_left_alone(string name) =>
        Assert.Null(new Settings(Known, [], Environment((name, "x"))).Value("SERVER.PORT", Settings.Number(0, 9), "a digit"));

    private static string Message(Func<object?> read) => Assert.Throws<ConfigurationException>(read).Message;

    private static Hashtable Environment(params ReadOnlySpan<(string Name, string Value)> variables)
    {
        var environment = new Hashtable();
        foreach (var (name, value) in variables) environment[name] = value;
        return environment;
    }
}
