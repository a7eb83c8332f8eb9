namespace CoffeeShop.Tests.Cli;

/// <summary><c>coffee send</c> without a server: what it refuses, and how.</summary>
public sealed class SendTests : IDisposable
{
    private readonly Shop _shop = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _shop.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("--server nowhere", "--server: found \"nowhere\", expected HOST:PORT")]
    [InlineData("--protocol 3", "--protocol: found \"3\", expected 1 or 2")]
    [InlineData("--protocol 1 --resume", "version 1")]
    [InlineData("--protocol 1 --top 5", "Version 1 of the protocol knows no options of the queries")]
    [InlineData("--config no-such.yaml", "no-such.yaml")]
    public async Task A_wrong_option_is_refused_with_what_was_expected(string options, string words) =>
        (await Send(options.Split(' '))).Is(2).Says(words);

    [Fact]
    public async Task A_wrong_configuration_is_told_with_its_line()
    {
        var config = _folder.Write("config.yaml", "id: a\nbatch:\n  maxAmount: many\n");
        (await Send("--config", config)).Is(2).Says($"{config} line 3: found batch.maxAmount = \"many\", expected a whole number");
    }

    [Fact]
    public async Task The_data_folder_has_to_be_named_somewhere() => (await Coffee.Run("send")).Is(2).Says("--data DIR", "data.folder");

    [Fact]
    public async Task There_must_be_a_session_to_resume() => (await Send("--resume")).Is(3).Says("There is no session to resume", "client-1.session");

    [Fact]
    public async Task A_server_that_is_not_there_is_told_after_the_attempts_of_the_configuration()
    {
        // Port 1 is nobody's.
        var config = _folder.Write("config.yaml", $"id: agencia-3\nserver:\n  address: 127.0.0.1:1\nretry:\n  attempts: 2\n  interval: 1ms\ndata:\n  folder: {_shop.Data}\n");
        (await Coffee.Run("send", "--config", config, "--out", _shop.Out)).Is(1)
            .Says("action: connect | result: fail | client_id: agencia-3 | attempt: 2", "The server 127.0.0.1:1 could not be worked with in 2 attempts");
        Assert.Empty(_shop.Written);
    }

    private Task<Ended> Send(params string[] options) => Coffee.Run(["send", "--data", _shop.Data, "--out", _shop.Out, .. options]);
}
