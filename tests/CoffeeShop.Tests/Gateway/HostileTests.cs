using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoffeeShop.Configuration;
using CoffeeShop.Gateway;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Cli;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Gateway;

/// <summary>Clients that take more than their share, and what becomes of the others.</summary>
[Trait("suite", "sessions")]
public sealed class HostileTests
{
    [Fact]
    public async Task A_client_that_sends_byte_by_byte_for_ever_is_ended_by_the_time_of_a_frame()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(clock: clock);
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        await client.ReceiveAsync<Welcome>();
        var error = client.ReceiveErrorAsync();
        await SlowlyAsync(client, clock, error);
        Assert.Equal(ErrorCode.TimedOut, (await error).Code);
    }

    [Fact]
    public async Task A_connection_without_a_whole_first_message_is_ended_by_the_time_of_the_handshake()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(clock: clock);
        using var silent = await gateway.ConnectAsync();
        using var slow = await gateway.ConnectAsync();
        var (first, second) = (silent.ReceiveAsync(), slow.ReceiveErrorAsync());
        await Eventually.Holds(() => gateway.Server.Connections == 2, () => $"Found {gateway.Server.Connections} connections, expected both.\n{gateway.Log}");
        await SlowlyAsync(slow, clock, second, [Opcode.Hello, 200]);
        Assert.Equal(ErrorCode.TimedOut, (await second).Code);
        Assert.Same(BatchReceived.Failure, await first);
    }

    [Fact]
    public async Task A_client_that_says_nothing_more_is_ended_by_the_time_of_idleness_and_its_session_stays()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(clock: clock);
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        var error = client.ReceiveErrorAsync();
        await Eventually.Holds(
            () =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                return error.IsCompleted;
            },
            () => $"The client has not been told, expected an error.\n{gateway.Log}");
        Assert.Equal(ErrorCode.TimedOut, (await error).Code);
        Assert.Equal(CoffeeShop.Delivery.SessionState.Open, (await gateway.Storage.FindSessionAsync(key.Id))!.State);
    }

    [Fact]
    public async Task Nobody_is_idle_who_waits_for_an_answer_and_the_time_begins_when_it_is_given()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        WatchedBus? bus = null;
        await using var gateway = await GatewayHarness.StartAsync(clock: clock, wrapBus: inner => bus = new WatchedBus(inner));
        var hold = bus!.Hold();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        await client.ReceiveAsync<Welcome>();
        await client.SendAsync(SmallShop.MenuBatch);
        await Eventually.Holds(() => !bus.Published.IsEmpty, () => $"Nothing has been published, expected the batch.\n{gateway.Log}");
        var minutes = GatewayHarness.Limits.IdleTime.TotalMinutes;
        for (var minute = 0; minute < 2 * minutes; minute++) clock.Advance(TimeSpan.FromMinutes(1));
        hold.SetResult();
        Assert.Same(BatchReceived.Success, await client.ReceiveAnswerAsync());
        for (var minute = 0; minute < minutes - 1; minute++) clock.Advance(TimeSpan.FromMinutes(1));
        await client.SendAsync(SmallShop.StoresBatch);
        Assert.Same(BatchReceived.Success, await client.ReceiveAnswerAsync());
        var error = client.ReceiveErrorAsync();
        await Eventually.Holds(
            () =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                return error.IsCompleted;
            },
            () => $"The client has not been told, expected an error.\n{gateway.Log}");
        Assert.Equal(ErrorCode.TimedOut, (await error).Code);
    }

    [Fact]
    public async Task A_client_that_never_reads_is_not_read_any_more_while_others_go_on()
    {
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Limits = GatewayHarness.Limits with { InFlightBytes = 64 << 10 } });
        using var deaf = await RawClient.ConnectAsync(gateway.Server.Address, receiveBufferBytes: 4096);
        // Acknowledgements of empty batches, five bytes each, fill what the systems of both sides keep of them.
        var batch = RawRows.Batch(Users.Table, 1, BatchStatus.Continue);
        var batches = Enumerable.Repeat(batch, 4096).SelectMany(bytes => bytes).ToArray();
        const int BytesMax = 256 << 20;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sending = Task.Run(() => deaf.SendUntilFull(batches, BytesMax), TestContext.Current.CancellationToken);
        using var other = await gateway.ConnectAsync();
        await SmallShop.SendAsync(other);
        Assert.Equal(Shop.Answer, (await SmallShop.ReceiveResultAsync(other)).Result);
        Assert.InRange(await sending, 1, BytesMax - 1);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 << 20);
    }

    [Fact]
    public async Task Sockets_read_into_large_blocks()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        Assert.IsType<LargeBlocks>(gateway.Server.Blocks);
    }

    [Fact]
    public async Task Five_hundred_idle_connections_and_a_length_of_two_GiB_cost_nothing_to_speak_of()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        var idle = new List<RawClient>();
        try
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < 500; i++) idle.Add(await gateway.ConnectAsync());
            // Said to be allowed by its opcode, and refused by its length before anything is allocated.
            foreach (var client in idle.Take(50)) await client.SendAsync(new byte[] { Opcode.Columns, 0xFF, 0xFF, 0xFF, 0x7F });
            foreach (var client in idle.Take(50)) Assert.Same(BatchReceived.Failure, await client.ReceiveAsync());
            using var other = await gateway.ConnectAsync();
            await SmallShop.SendAsync(other);
            Assert.Equal(Shop.Answer, (await SmallShop.ReceiveResultAsync(other)).Result);
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 << 20);
        }
        finally
        {
            idle.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Connections_beyond_the_limit_of_an_address_are_closed_and_make_room_when_others_end()
    {
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Limits = GatewayHarness.Limits with { ConnectionsPerAddress = 2 } });
        using var first = await gateway.ConnectAsync();
        await first.SendAsync(RawClient.Hello());
        await first.ReceiveAsync<Welcome>();
        using (var second = await gateway.ConnectAsync())
        {
            await Eventually.Holds(() => gateway.Server.Connections == 2, () => $"Found {gateway.Server.Connections} connections, expected both.\n{gateway.Log}");
            try
            {
                using var third = await gateway.ConnectAsync();
                Assert.Null(await third.ReceiveAsync());
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                // It was closed before the connecting had returned.
            }
        }

        await Eventually.Holds(() => gateway.Server.Connections == 1, () => $"Found {gateway.Server.Connections} connections, expected the first alone.\n{gateway.Log}");
        using var fourth = await gateway.ConnectAsync();
        await fourth.SendAsync(RawClient.Hello());
        await fourth.ReceiveAsync<Welcome>();
    }

    [Fact]
    public async Task Sessions_beyond_the_limit_are_refused()
    {
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Limits = GatewayHarness.Limits with { Sessions = 1 } });
        using var first = await gateway.ConnectAsync();
        await first.SendAsync(RawClient.Hello());
        await first.ReceiveAsync<Welcome>();
        using var second = await gateway.ConnectAsync();
        await second.SendAsync(RawClient.Hello());
        Assert.Equal(ErrorCode.LimitReached, (await second.ReceiveErrorAsync()).Code);
    }

    [Fact]
    public async Task A_gateway_that_stops_answers_what_is_in_flight_and_tells_its_clients()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        await client.SendAsync(SmallShop.MenuBatch);
        Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        var stopping = gateway.Server.StopAsync();
        Assert.Equal(ErrorCode.ShuttingDown, (await client.ReceiveErrorAsync()).Code);
        await stopping;
        var session = await gateway.Storage.FindSessionAsync(key.Id);
        Assert.Equal((CoffeeShop.Delivery.SessionState.Open, 1L), (session!.State, session.Marks[MenuItems.Table]));
        await Assert.ThrowsAnyAsync<SocketException>(gateway.ConnectAsync);
    }

    [Fact]
    public async Task A_session_that_nobody_goes_on_with_expires()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(clock: clock);
        using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(RawClient.Hello(), SmallShop.MenuBatch);
            await client.ReceiveAsync<Welcome>();
            Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        }

        SessionRecord? session = null;
        await Eventually.Holds(
            async () =>
            {
                clock.Advance(TimeSpan.FromHours(1));
                session = (await gateway.Storage.ListSessionsAsync()).SingleOrDefault();
                return session is null or { State: CoffeeShop.Delivery.SessionState.Expired, Reason: "Nothing happened for 24 hours." };
            },
            () => $"Found {session}, expected it to have expired.\n{gateway.Log}");
    }

    [Fact]
    public async Task A_session_without_anything_in_it_expires_soon_after_its_client_has_left_and_others_stay()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(clock: clock);
        SessionKey empty, begun;
        using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(RawClient.Hello(), SmallShop.MenuBatch);
            begun = (await client.ReceiveAsync<Welcome>()).Session;
            Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        }

        using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(RawClient.Hello());
            empty = (await client.ReceiveAsync<Welcome>()).Session;
        }

        SessionRecord? session = null;
        await Eventually.Holds(
            async () =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                session = await gateway.Storage.FindSessionAsync(empty.Id);
                return session!.State != CoffeeShop.Delivery.SessionState.Open;
            },
            () => $"Found {session}, expected it to have expired.\n{gateway.Log}");
        Assert.Equal((CoffeeShop.Delivery.SessionState.Expired, "Nothing was sent, and nobody came back for 20 minutes."), (session!.State, session.Reason));
        Assert.Equal(CoffeeShop.Delivery.SessionState.Open, (await gateway.Storage.FindSessionAsync(begun.Id))!.State);
    }

    [Fact]
    public async Task A_client_whose_session_has_been_ended_elsewhere_is_told_so()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(clock: clock);
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        await gateway.Storage.EndSessionAsync(key.Id, CoffeeShop.Delivery.SessionState.Failed, "why");
        var error = client.ReceiveErrorAsync();
        await Eventually.Holds(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return error.IsCompleted;
            },
            () => $"The client has not been told, expected an error.\n{gateway.Log}");
        Assert.Equal(ErrorCode.SessionFailed, (await error).Code);
    }

    [Fact]
    public async Task Messages_are_dumped_without_the_one_that_carries_secrets()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await GatewayHarness.StartAsync(options => options with { DumpFolder = folder["dump"] });
        using var client = await gateway.ConnectAsync();
        await SmallShop.SendAsync(client);
        Assert.Equal(12, Directory.GetFiles(folder["dump"]).Length);
        Assert.DoesNotContain(Directory.GetFiles(folder["dump"]), file => file.Contains("opcode32", StringComparison.Ordinal));
        Assert.Equal(MenuFrame(), File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder["dump"], "000001-*"))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connections_are_encrypted_with_a_certificate_from_PEM_or_PFX(bool pem)
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = folder["certificate"];
        if (pem) File.WriteAllText(path, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        else File.WriteAllBytes(path, made.Export(X509ContentType.Pfx));
        using var certificate = ServerCertificate.Read(path);
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Certificate = certificate });
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Server.Address, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == made.GetCertHashString() }, TestContext.Current.CancellationToken);
        var hello = new System.Buffers.ArrayBufferWriter<byte>();
        FrameWriter.Write(hello, RawClient.Hello());
        await tls.WriteAsync(hello.WrittenMemory, TestContext.Current.CancellationToken);
        var opcode = new byte[1];
        await tls.ReadExactlyAsync(opcode, TestContext.Current.CancellationToken);
        Assert.Equal(Opcode.Welcome, opcode[0]);
    }

    [Fact]
    public void What_cannot_be_a_certificate_or_a_list_of_tokens_is_told_with_its_place()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("cannot be used", Assert.Throws<ConfigurationException>(() => ServerCertificate.Read(folder.Write("none.pem", "x"))).Message, StringComparison.Ordinal);
        var tokens = folder.Write("tokens", "# agencies\nnorth:secret in the clear\n");
        var message = Assert.Throws<ConfigurationException>(() => AgencyTokens.Read(tokens)).Message;
        Assert.StartsWith($"{tokens} line 2: expected agency:sha256hex", message, StringComparison.Ordinal);
        Assert.DoesNotContain("clear", message, StringComparison.Ordinal);
        Assert.Contains("no token", Assert.Throws<ConfigurationException>(() => AgencyTokens.Read(folder.Write("empty"))).Message, StringComparison.Ordinal);
    }

    /// <summary>Sends a frame byte by byte, some seconds apart, until the server has had enough.</summary>
    private static async Task SlowlyAsync(RawClient client, FakeTimeProvider clock, Task ended, byte[]? beginning = null)
    {
        await client.SendAsync(beginning ?? [Opcode.Columns, 0, 0, 1, 0]);
        var sent = 0;
        await Eventually.Holds(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(2));
                try
                {
                    if (!ended.IsCompleted) await client.SendAsync(new byte[1]);
                    sent++;
                }
                catch (SocketException)
                {
                    // It has been ended.
                }

                return ended.IsCompleted;
            },
            () => $"The slow client could send {sent} bytes, expected to be ended.");
    }

    private static byte[] MenuFrame()
    {
        var frame = new System.Buffers.ArrayBufferWriter<byte>();
        FrameWriter.Write(frame, SmallShop.MenuBatch);
        return frame.WrittenSpan.ToArray();
    }
}
