using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CoffeeShop.Tests.Gateway;

namespace CoffeeShop.Tests.Cli;

[Trait("suite", "sessions")]
public sealed class ServeTests
{
    [Fact]
    public async Task A_server_says_ready_answers_and_is_done_when_a_signal_stops_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        using var folder = new TemporaryFolder();
        var (port, http) = (FreePort(), FreePort());
        using var server = Coffee.Start("serve", "--port", $"{port}", "--http", $"127.0.0.1:{http}", "--state", folder["state"]);
        Assert.Equal("ready", await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        using (var client = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port)))
        {
            await SmallShop.SendAsync(client);
            await SmallShop.ReceiveResultAsync(client);
        }

        var url = $"http://127.0.0.1:{http}";
        Assert.Equal(Shop.Answer, (await Coffee.Run("results", "latest", "--http", url)).Is(0).Output);
        var sessions = (await Coffee.Run("sessions", "--http", url)).Is(0).Output;
        Assert.Matches(@"[0-9a-f-]{36}  +agencia-1  +complete  +\d{4}-\d\d-\d\d \d\d:\d\d  +6  +\d+ B", sessions);
        Assert.Contains("\"state\":\"complete\"", (await Coffee.Run("sessions", "--json", "--http", url)).Is(0).Output, StringComparison.Ordinal);
        (await Coffee.Run("results", Guid.NewGuid().ToString(), "--http", url)).Is(1).Says("There is no such session");
        (await Coffee.Run("serve", "--port", $"{port}", "--http", $"127.0.0.1:{FreePort()}", "--state", folder["other"])).Is(1).Says($"127.0.0.1:{port}", "already in use", "other ports");
        (await Coffee.Run("serve", "--port", "0", "--http", $"127.0.0.1:{FreePort()}", "--state", folder["state"])).Is(1).Says("in use by another server");

        using (var kill = Process.Start("sh", ["-c", $"kill -TERM {server.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Empty((await Coffee.End(server)).Is(0).Output);
    }

    [Fact]
    public async Task Without_a_server_the_commands_that_ask_one_say_so() =>
        (await Coffee.Run("sessions", "--http", $"http://127.0.0.1:{FreePort()}")).Is(1).Says("No server answers at", "coffee serve", "--http");

    [Theory]
    [InlineData("[SERVER]\nPORT=http\n", "line 2: found SERVER.PORT = \"http\", expected a port from 0 to 65535")]
    [InlineData("[SERVER]\nPROT=1\n", "line 2: found the key SERVER.PROT, expected one of SERVER.PORT")]
    [InlineData("[LOGGING]\nLOGGING_LEVEL=LOUD\n", "line 2: found LOGGING.LOGGING_LEVEL = \"LOUD\", expected DEBUG, INFO, WARNING or ERROR")]
    public async Task A_wrong_configuration_is_told_with_its_place(string config, string words)
    {
        using var folder = new TemporaryFolder();
        (await Coffee.Run("serve", "--config", folder.Write("config.ini", config), "--state", folder["state"])).Is(2).Says("config.ini", words);
        Assert.False(Directory.Exists(folder["state"]));
    }

    [Fact]
    public async Task A_folder_for_messages_that_cannot_be_made_is_told_at_the_start()
    {
        using var folder = new TemporaryFolder();
        (await Coffee.Run("serve", "--port", "0", "--http", $"127.0.0.1:{FreePort()}", "--state", folder["state"], "--dump-messages", folder.Write("file", "") + "/dump"))
            .Is(1).Says("Messages cannot be written into", "--dump-messages");
    }

    [Theory]
    [InlineData("--port many", "--port: found \"many\", expected a port from 0 to 65535")]
    [InlineData("--bind everywhere", "--bind: found \"everywhere\", expected an IP address")]
    [InlineData("--http 8081", "--http: found \"8081\", expected an IP address and a port")]
    [InlineData("--tokens no-such-file", "The tokens no-such-file cannot be read")]
    [InlineData("--tls-certificate no-such-file", "The certificate no-such-file cannot be used")]
    public async Task A_wrong_option_of_the_server_is_told(string options, string words) =>
        (await Coffee.Run(["serve", .. options.Split(' ')])).Is(2).Says(words);

    /// <summary>A port that was free a moment ago.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
