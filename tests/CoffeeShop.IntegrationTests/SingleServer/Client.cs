using System.Diagnostics;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>A client of a server: <c>coffee send</c> with a folder of its own for what it receives.</summary>
internal sealed class Client(string address, string data, string id = "1") : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Client(Server server, string data, string id = "1")
        : this(server.Address, data, id)
    {
    }

    public string Out => _folder["out"];

    /// <summary>Whether it was interrupted and can be resumed.</summary>
    public bool HasSession => File.Exists(_folder[$"out/client-{id}.session"]);

    public bool HasResult => File.Exists(_folder[$"out/client-{id}.ndjson"]);

    public Task<Ended> Send(params string[] options) => Coffee.Run(Arguments(options));

    /// <summary>Goes on with its session at another address.</summary>
    public Task<Ended> ResumeAt(string other, params string[] options) => Coffee.Run(Arguments(other, ["--resume", .. options]));

    public Process Start(params string[] options) => Coffee.Start(Arguments(options));

    /// <summary>Starts a client that ends itself at a fail point.</summary>
    public Process StartToDie(string failPoint, params string[] options) => Coffee.StartToDie(failPoint, Arguments(options));

    /// <summary>The whole folder is what it should be: the right result, the right rejections, and nothing else.</summary>
    public void Received(Dataset dataset)
    {
        Assert.Equal(dataset.Answer, _folder.Read($"out/client-{id}.ndjson"));
        string[] expected = dataset.Rejected is null ? [$"out/client-{id}.ndjson"] : [$"out/client-{id}.ndjson", $"out/client-{id}.rejected.ndjson"];
        Assert.Equal(expected, _folder.Files);
        if (dataset.Rejected is not null) Assert.Equal(dataset.Rejected, _folder.Read($"out/client-{id}.rejected.ndjson"));
    }

    public void Dispose() => _folder.Dispose();

    private string[] Arguments(string[] options) => Arguments(address, options);

    private string[] Arguments(string server, string[] options) => ["send", "--server", server, "--data", data, "--out", Out, "--id", id, "--quiet", .. options];
}
