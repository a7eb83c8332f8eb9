using System.Text;
using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>What the README tells a user to type for a server is typed here; only the ports are others, since those of the README may be in use.</summary>
public sealed class ReadmeTests : IDisposable
{
    private const string InstalledCommand = "artifacts/coffee/coffee ";

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _lines = ReadLines();

    [Fact]
    public async Task The_commands_of_the_server_do_what_the_readme_says()
    {
        Assert.Equal("serve --state coffee-state", Commands("serve").Single());
        (await Coffee.RunIn(_folder.Path, "demo")).Is(0);
        await using var server = await Server.Start(_folder["coffee-state"]);

        string[] sends = [.. Commands("send")];
        Assert.Equal(3, sends.Length);
        var sent = (await Run(sends[0], "--server", server.Address)).Is(0);
        Shown("result: received/client-1.ndjson", sent.Error);
        Assert.Matches(@"[0-9a-f-]{36}  +1  +complete ", (await Run(Commands("sessions").Single(), "--http", server.Http)).Is(0).Output);
        var compared = (await Run(Commands("compare").Single())).Is(0);
        Shown("The results are the same.", compared.Output + compared.Error);

        // A send that is done has nothing to go on with.
        Assert.EndsWith(" --resume", sends[1], StringComparison.Ordinal);
        (await Run(sends[1], "--server", server.Address)).Is(3).Says("There is no session to resume");

        Assert.EndsWith(" --protocol 1", sends[2], StringComparison.Ordinal);
        (await Run(sends[2], "--server", server.Address)).Is(0);
        var answer = Encoding.UTF8.GetString(_folder.Read("coffee-demo/out/client-demo.ndjson"));
        // The session of version 1 is complete a moment after its connection has ended.
        var sessions = "";
        await Eventually.Holds(
            async () =>
            {
                sessions = await server.Get("/sessions");
                return sessions.Contains("\"protocol\":1", StringComparison.Ordinal) && !sessions.Contains("\"state\":\"open\"", StringComparison.Ordinal);
            },
            () => $"Found {sessions}, expected one of version 1, and none that is open.\n{server.Log}");

        Assert.Equal(answer, (await Run(Commands("results").Single(), "--http", server.Http)).Is(0).Output);
        Assert.Equal(0, await server.Stop());
    }

    [Fact, Trait("suite", "cluster")]
    public async Task The_command_of_the_cluster_does_what_the_readme_says()
    {
        const string Start = "up --services --state coffee-cluster ";
        var up = Commands("up").Single();
        Assert.StartsWith(Start, up, StringComparison.Ordinal);
        (await Coffee.RunIn(_folder.Path, "demo")).Is(0);
        // Beside the folder of this test, which only its owner can pass through.
        var state = $"{_folder.Path}-cluster";
        try
        {
            await using var cluster = new UpProcess(state, up[Start.Length..].Split(' '));
            await cluster.Start();
            (await Run(Commands("send").First(), "--server", cluster.Address)).Is(0);
            (await Run(Commands("compare").Single())).Is(0);
            Assert.Matches(@"[0-9a-f-]{36}  +1  +complete ", (await Run(Commands("sessions").Single(), "--http", cluster.Http)).Is(0).Output);
            Assert.Equal(_folder.Read("coffee-demo/out/client-demo.ndjson"), Encoding.UTF8.GetBytes((await Run(Commands("results").Single(), "--http", cluster.Http)).Is(0).Output));
            Assert.Equal(0, await cluster.Stop());
        }
        finally
        {
            if (Directory.Exists(state)) Directory.Delete(state, recursive: true);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static string[] ReadLines()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CoffeeShop.slnx"))) folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        return [.. File.ReadAllLines(Path.Combine(folder.FullName, "README.md")).Select(line => line.Trim())];
    }

    private IEnumerable<string> Commands(string name) => _lines
        .Where(line => line.StartsWith($"{InstalledCommand}{name}", StringComparison.Ordinal)).Select(line => line[InstalledCommand.Length..]);

    private Task<Ended> Run(string command, params string[] options) => Coffee.RunIn(_folder.Path, [.. command.Split(' '), .. options]);

    private void Shown(string line, string said)
    {
        Assert.Contains(line, _lines);
        Assert.Contains(line, said, StringComparison.Ordinal);
    }
}
