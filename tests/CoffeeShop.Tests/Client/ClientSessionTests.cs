using System.Buffers;
using CoffeeShop.Client;
using CoffeeShop.Output;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Client;

/// <summary>A client against a server that disturbs it.</summary>
[Trait("suite", "sessions")]
public sealed class ClientSessionTests : IDisposable
{
    private readonly Sending _sending = new();
    private readonly MemorySession _session = new();

    public void Dispose() => _sending.Dispose();

    [Fact]
    public async Task Everything_is_sent_once_and_the_result_is_the_servers_bytes()
    {
        await using var server = new ScriptedServer(_session.ServeAsync);
        var report = await _sending.SendAsync(server);
        server.Check();
        _session.IsWhole();
        Assert.Equal(6, _session.Arrivals.Count);
        Assert.Equal(MemorySession.Result, await File.ReadAllBytesAsync(_sending.ResultPath, TestContext.Current.CancellationToken));
        Assert.Equal(2, report.RowsSent[Transactions.Table]);
        Assert.Equal((false, 1, 1L), (report.IsRefused, report.Connections, report.ResultRows["q4"]));
        Assert.Contains("INFO action: connect | result: success | client_id: agencia-7 | attempt: 1", _sending.Log, StringComparison.Ordinal);
        Assert.Contains("INFO action: processing_file | file: menu_items.csv", _sending.Log, StringComparison.Ordinal);
        Assert.Contains("DEBUG action: batch_enviado | result: success | table: transactions | batch: 2", _sending.Log, StringComparison.Ordinal);
        Assert.Contains("INFO action: send_finished | result: success | agencyId: 7", _sending.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_cut_at_every_frame_changes_nothing()
    {
        // HELLO, six batches, five ends, FINISHED and the parts of the result.
        for (var cut = 0; cut <= 20; cut++)
        {
            using var sending = new Sending();
            var session = new MemorySession { CutAfter = connection => connection == 1 ? cut : null };
            await using var server = new ScriptedServer(session.ServeAsync);
            var report = await sending.SendAsync(server);
            server.Check();
            session.IsWhole();
            Assert.Equal(MemorySession.Result, await File.ReadAllBytesAsync(sending.ResultPath, TestContext.Current.CancellationToken));
            Assert.Equal(2, report.RowsSent[Transactions.Table]);
            Assert.Equal(cut < 18 ? 2 : report.Connections, report.Connections);
        }
    }

    [Fact]
    public async Task Connections_that_are_cut_again_and_again_bring_it_to_its_end_as_long_as_each_achieves_something()
    {
        // Each gets one frame further than the one before, far more often than attempts without progress are made.
        _session.CutAfter = connection => 2 + connection;
        await using var server = new ScriptedServer(_session.ServeAsync);
        await _sending.SendAsync(server);
        server.Check();
        _session.IsWhole();
        Assert.True(server.Connections > _sending.Options.Retry.Attempts, $"{server.Connections} connections");
    }

    [Fact]
    public async Task What_was_taken_but_not_acknowledged_is_not_sent_again()
    {
        _session.Acknowledges = false;
        _session.CutAfter = connection => connection == 1 ? 6 : null;
        await using var server = new ScriptedServer((connection, peer) =>
        {
            _session.Acknowledges = connection > 1;
            return _session.ServeAsync(connection, peer);
        });
        await _sending.SendAsync(server);
        server.Check();
        _session.IsWhole();
        Assert.Equal(_session.Batches.Count, _session.Arrivals.Count);
    }

    [Fact]
    public async Task Marks_below_what_was_acknowledged_are_obeyed()
    {
        _session.CutAfter = connection => connection == 1 ? 12 : null;
        _session.Mark = last => last / 2;
        await using var server = new ScriptedServer(_session.ServeAsync);
        await _sending.SendAsync(server);
        server.Check();
        _session.IsWhole();
        Assert.Contains((2, Transactions.Table, 2L), _session.Arrivals);
        Assert.Contains((2, MenuItems.Table, 1L), _session.Arrivals);
        Assert.DoesNotContain((2, Transactions.Table, 1L), _session.Arrivals);
    }

    [Fact]
    public async Task The_result_goes_on_where_the_connection_was_cut()
    {
        _session.CutAfter = connection => connection == 1 ? 15 : null;
        await using var server = new ScriptedServer(_session.ServeAsync);
        await _sending.SendAsync(server);
        server.Check();
        Assert.Equal([0, 200], _session.Hellos.Select(hello => hello.ResultOffset));
        // All had been sent, so that nothing was read or sent again but the ends.
        Assert.DoesNotContain(_session.Arrivals, arrival => arrival.Connection == 2);
    }

    [Fact]
    public async Task A_client_that_was_stopped_goes_on_with_its_session_file()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new ScriptedServer(async (connection, peer) =>
        {
            // The first connection brings a part of the result; on the second the client says so, and is stopped.
            _session.CutAfter = _ => connection switch { 1 => 15, 2 => 1, _ => null };
            await _session.ServeAsync(connection, peer);
            if (connection != 2) return;
            await stop.CancelAsync();
            await peer.DrainAsync();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _sending.SendAsync(server, stop.Token));
        Assert.Equal(["client-agencia-7.ndjson.partial", "client-agencia-7.session"], _sending.Shop.Written);
        _sending.Resume();
        await _sending.SendAsync(server);
        server.Check();
        _session.IsWhole();
        Assert.Equal(200, _session.Hellos[^1].ResultOffset);
        Assert.Equal(MemorySession.Result, await File.ReadAllBytesAsync(_sending.ResultPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_session_is_cancelled_when_that_is_asked_for()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new ScriptedServer(async (connection, peer) =>
        {
            _session.CutAfter = _ => connection == 1 ? 3 : null;
            await _session.ServeAsync(connection, peer);
            if (connection > 1) return;
            await stop.CancelAsync();
            await peer.DrainAsync();
        });
        using var result = new OutputFile(_sending.ResultPath);
        var session = _sending.Session(server.Address, result);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.RunAsync(stop.Token));
        await session.CancelAsync();
        server.Check();
        Assert.True(_session.IsCancelled);
    }

    [Fact]
    public async Task A_session_that_is_complete_is_not_cancelled_and_the_client_says_where_the_result_is()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new ScriptedServer(async (connection, peer) =>
        {
            if (connection == 1)
            {
                _session.CutAfter = _ => 3;
                await _session.ServeAsync(connection, peer);
                await stop.CancelAsync();
                await peer.DrainAsync();
                return;
            }

            await peer.ReadAsync();
            await peer.WriteAsync(new Welcome(_session.Key, []));
            await peer.ReadAsync();
            await peer.WriteAsync(new ErrorMessage(ErrorCode.SessionComplete, "The session is complete and takes nothing more."));
            await peer.DrainAsync();
        });
        using var result = new OutputFile(_sending.ResultPath);
        var session = _sending.Session(server.Address, result);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.RunAsync(stop.Token));
        var e = await Assert.ThrowsAsync<ClientException>(session.CancelAsync);
        server.Check();
        Assert.Equal($"The session is complete already and was not cancelled; its result is shown by: coffee results {_session.Key.Id}", e.Message);
    }

    [Theory]
    [InlineData(false, "silent")]
    [InlineData(true, "alive")]
    public async Task A_client_that_waits_for_long_says_so_and_for_how_long(bool isAlive, string server)
    {
        var clock = new FakeTimeProvider();
        _sending.Clock = clock;
        using var stop = new CancellationTokenSource();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Peer? waited = null;
        await using var hanging = new ScriptedServer(async (_, peer) =>
        {
            await peer.ReadAsync();
            await peer.WriteAsync(new Welcome(_session.Key, []));
            await peer.ReadAsync();
            waited = peer;
            heard.SetResult();
            await peer.DrainAsync();
        });
        var sending = _sending.SendAsync(hanging, stop.Token);
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var alive = new ServerProgress([], 0, 0, 4);
        await Eventually.Holds(
            async () =>
            {
                // In small steps: what is written has its time to be heard before the clock says that nothing was.
                if (isAlive) await waited!.WriteAsync(alive);
                clock.Advance(TimeSpan.FromSeconds(1));
                return _sending.Log.Split('\n').Any(line => line.Contains("INFO action: wait | result: in_progress | client_id: agencia-7 | seconds: ", StringComparison.Ordinal) && line.EndsWith($"0 | server: {server}", StringComparison.Ordinal));
            },
            () => $"The client has not said that it waits for its server {server}.\n{_sending.Log}");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Theory]
    [InlineData(false, "INFO")]
    [InlineData(true, "DEBUG")]
    public async Task The_lines_for_every_file_make_room_for_bars(bool isWatched, string level)
    {
        _sending.Options = _sending.Options with { IsWatched = isWatched };
        await using var server = new ScriptedServer(_session.ServeAsync);
        await _sending.SendAsync(server);
        Assert.Contains($" {level} action: processing_file | file: transactions.csv\n", _sending.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strict_input_with_a_rejected_row_cancels_the_session()
    {
        _sending.Shop.Spoil();
        _sending.Options = _sending.Options with { IsStrict = true };
        await using var server = new ScriptedServer(_session.ServeAsync);
        var report = await _sending.SendAsync(server);
        server.Check();
        Assert.True(report.IsRefused);
        Assert.Equal(1, report.Rejections.Count);
        Assert.True(_session.IsCancelled);
        Assert.DoesNotContain(Transactions.Table, _session.Ends.Keys);
    }

    [Fact]
    public async Task A_file_that_changes_between_two_connections_is_named()
    {
        _session.CutAfter = connection => connection == 1 ? 4 : null;
        await using var server = new ScriptedServer(async (connection, peer) =>
        {
            await _session.ServeAsync(connection, peer);
            _sending.Shop.Spoil();
        });
        var e = await Assert.ThrowsAsync<InputException>(() => _sending.SendAsync(server));
        Assert.Contains("its input has changed: transactions.csv has changed", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_damaged_result_is_refused_and_nothing_of_it_is_kept()
    {
        _session.ResultHash = default;
        await using var server = new ScriptedServer(_session.ServeAsync);
        var e = await Assert.ThrowsAsync<ClientException>(() => _sending.SendAsync(server));
        Assert.Contains("its SHA-256 is another than the server's", e.Message, StringComparison.Ordinal);
        Assert.Equal(["client-agencia-7.session"], _sending.Shop.Written);
        _session.ResultHash = new Bytes32(System.Security.Cryptography.SHA256.HashData(MemorySession.Result));
        _sending.Resume();
        await _sending.SendAsync(server);
        Assert.Equal(MemorySession.Result, await File.ReadAllBytesAsync(_sending.ResultPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_part_of_the_result_in_the_wrong_place_breaks_the_protocol()
    {
        await using var server = new ScriptedServer(async (_, peer) =>
        {
            await peer.ReadAsync();
            await peer.WriteAsync(new Welcome(_session.Key, []));
            await peer.WriteAsync(new ResultPart(5, new ReadOnlySequence<byte>([1])));
            await peer.DrainAsync();
        });
        var e = await Assert.ThrowsAsync<ClientException>(() => _sending.SendAsync(server));
        Assert.Contains("does not keep to the protocol. RESULT: found offset 5, expected 0.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_who_listens_is_told_after_the_attempts()
    {
        var server = new ScriptedServer((_, _) => Task.CompletedTask);
        await server.DisposeAsync();
        var e = await Assert.ThrowsAsync<ClientException>(() => _sending.SendAsync(server));
        Assert.Contains("in 5 attempts", e.Message, StringComparison.Ordinal);
        Assert.Contains("WARNING action: connect | result: fail | client_id: agencia-7 | attempt: 5 | error: ", _sending.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("attempt: 6", _sending.Log, StringComparison.Ordinal);
        Assert.Empty(_sending.Shop.Written);
    }
}
