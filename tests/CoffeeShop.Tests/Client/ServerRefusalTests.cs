using CoffeeShop.Client;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Client;

/// <summary>What a server says when it ends a connection, and what becomes of it.</summary>
[Trait("suite", "sessions")]
public sealed class ServerRefusalTests : IDisposable
{
    private readonly Sending _sending = new();
    private readonly MemorySession _session = new();

    public void Dispose() => _sending.Dispose();

    [Theory]
    [InlineData(ErrorCode.WrongVersion, false, "Try --protocol 1.")]
    [InlineData(ErrorCode.Unauthorized, false, "COFFEE_TOKEN")]
    [InlineData(ErrorCode.UnknownSession, false, "or begin anew, without --resume.")]
    [InlineData(ErrorCode.SessionFailed, true, "because")]
    [InlineData(ErrorCode.SessionCancelled, true, "because")]
    [InlineData(ErrorCode.SessionExpired, true, "because")]
    [InlineData(ErrorCode.Structural, false, "because")]
    [InlineData((ErrorCode)999, false, "error 999")]
    public async Task A_refusal_is_told_in_words(ErrorCode code, bool hasEnded, string words)
    {
        await using var server = new ScriptedServer((_, peer) => Refuse(peer, new ErrorMessage(code, "because")));
        var e = await Assert.ThrowsAsync<ClientException>(() => _sending.SendAsync(server));
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Contains("because", e.Message, StringComparison.Ordinal);
        Assert.Equal(hasEnded, e.HasEnded);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Changed_input_is_input_that_is_refused()
    {
        await using var server = new ScriptedServer((_, peer) => Refuse(peer, new ErrorMessage(ErrorCode.ChangedInput, "The files have changed.")));
        Assert.Contains("The files have changed.", (await Assert.ThrowsAsync<InputException>(() => _sending.SendAsync(server))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorCode.ShuttingDown)]
    [InlineData(ErrorCode.TimedOut)]
    [InlineData(ErrorCode.Unavailable)]
    [InlineData(ErrorCode.LimitReached)]
    public async Task Trouble_that_passes_is_waited_for(ErrorCode code)
    {
        await using var server = new ScriptedServer((connection, peer) => connection <= 2 ? Refuse(peer, new ErrorMessage(code, "later")) : _session.ServeAsync(connection, peer));
        await _sending.SendAsync(server);
        server.Check();
        _session.IsWhole();
        Assert.Equal(3, server.Connections);
        Assert.Contains("action: connection_lost | client_id: agencia-7 | error: later", _sending.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SessionState.Failed, "The session failed.")]
    [InlineData(SessionState.Cancelled, "The session was cancelled.")]
    [InlineData(SessionState.Expired, "Nothing happened")]
    public async Task A_session_that_ends_otherwise_is_told(SessionState state, string words)
    {
        await using var server = new ScriptedServer(async (_, peer) =>
        {
            await peer.ReadAsync();
            await peer.WriteAsync(new Welcome(_session.Key, []));
            await peer.WriteAsync(new SessionEnd(state, 0, default, 0, []));
            await peer.DrainAsync();
        });
        var e = await Assert.ThrowsAsync<ClientException>(() => _sending.SendAsync(server));
        Assert.StartsWith(words, e.Message, StringComparison.Ordinal);
        Assert.True(e.HasEnded);
    }

    [Fact]
    public async Task A_server_of_version_1_is_told_apart()
    {
        await using var server = new ScriptedServer((_, peer) => Refuse(peer, BatchReceived.Failure));
        Assert.Contains("Try --protocol 1.", (await Assert.ThrowsAsync<ClientException>(() => _sending.SendAsync(server))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_could_not_be_taken_is_sent_again_over_another_connection()
    {
        await using var server = new ScriptedServer(async (connection, peer) =>
        {
            if (connection == 1)
            {
                _session.CutAfter = _ => 1;
                await _session.ServeAsync(connection, peer);
                _session.CutAfter = _ => null;
                await peer.ReadAsync();
                await peer.WriteAsync(BatchReceived.Failure);
                await peer.DrainAsync();
                return;
            }

            await _session.ServeAsync(connection, peer);
        });
        await _sending.SendAsync(server);
        server.Check();
        _session.IsWhole();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_left_after_a_while()
    {
        var clock = new FakeTimeProvider();
        _sending.Clock = clock;
        _sending.Options = _sending.Options with { Retry = new RetryOptions { Attempts = 1 } };
        await using var server = new ScriptedServer(async (_, peer) =>
        {
            Assert.IsType<Hello>(await peer.ReadAsync());
            clock.Advance(TimeSpan.FromSeconds(30));
            await peer.DrainAsync();
        });
        var e = await Assert.ThrowsAsync<ClientException>(() => _sending.SendAsync(server));
        Assert.Contains("in one attempt: no answer to HELLO within 30 seconds", e.Message, StringComparison.Ordinal);
    }

    private static async Task Refuse(Peer peer, IMessage message)
    {
        Assert.IsType<Hello>(await peer.ReadAsync());
        await peer.WriteAsync(message);
        await peer.DrainAsync();
    }
}
