using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoffeeShop.Client;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Protocol;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;
using CoffeeShop.Tests.Gateway;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>Whoever has no right to something does not get it, and nothing secret lies about: real processes, as they are deployed.</summary>
[Trait("suite", "drills")]
[SupportedOSPlatform("linux")]
public sealed class SecurityDrills(Datasets datasets) : IClassFixture<Datasets>
{
    private const string Token = "7be0c4a6-the-token-of-the-north";

    [Fact]
    public async Task Tokens_and_secrets_are_in_no_log_no_dump_and_no_list_of_processes()
    {
        using var folder = new TemporaryFolder();
        var tokens = folder.Write("tokens", $"north:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)))}\n");
        await using var server = await Server.Start(folder["state"], "--tokens", tokens, "--dump-messages", folder["dump"]);
        var out1 = folder["out"];
        using var client = Coffee.StartWith(
            new Dictionary<string, string> { ["COFFEE_TOKEN"] = Token, ["COFFEE_LOG_LEVEL"] = "DEBUG" }, failPoint: null, "send", "--server", server.Address, "--data", datasets.Ordinary.Path, "--out", out1);
        var session = Path.Combine(out1, "client-1.session");
        await Eventually.Holds(() => File.Exists(session) || client.HasExited, () => $"The client has no session, expected {session}.\n{server.Log}");
        var (secret, mode) = (SessionFile.Read(session)!.Key.Secret.ToArray(), File.GetUnixFileMode(session));
        var processes = string.Concat(new[] { server.ProcessId, client.Id }.Select(process => File.ReadAllText($"/proc/{process}/cmdline")));
        var ended = (await Coffee.End(client)).Is(0);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        var dumped = Directory.GetFiles(folder["dump"]).Select(File.ReadAllBytes).ToList();
        Assert.NotEmpty(dumped);
        foreach (var hidden in (byte[][])[Encoding.UTF8.GetBytes(Token), secret])
        {
            foreach (var text in (string[])[Encoding.UTF8.GetString(hidden), Convert.ToHexString(hidden), Convert.ToBase64String(hidden)])
                Assert.DoesNotContain(text, processes + server.Log + ended.Error + ended.Output, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(dumped, bytes => bytes.AsSpan().IndexOf(hidden) >= 0);
        }
    }

    [Fact]
    public async Task A_server_with_a_certificate_speaks_to_nobody_in_the_clear_and_a_client_that_asks_for_encryption_sends_nothing_without()
    {
        using var folder = new TemporaryFolder();
        var (authority, certificate) = Certificates(folder);
        await using var encrypted = await Server.Start(folder["state"], "--tls-certificate", certificate);
        await using var plain = await Server.Start(folder["plain"]);
        using (var client = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, encrypted.Port)))
        {
            await client.SendAsync(RawClient.Hello());
            Assert.Null(await client.ReceiveAsync());
        }

        (await Send(encrypted, folder["none"])).Is(1);
        (await Send(plain, folder["none"], "--tls-ca", authority)).Is(1);
        (await Send(encrypted, folder["out"], "--tls-ca", authority)).Is(0);
        Assert.Equal(datasets.EdgeCases.Answer, folder.Read("out/client-1.ndjson"));
        Assert.Equal("[]", (await plain.Get("/sessions")).Trim());
        Assert.DoesNotContain("client-1.ndjson", Directory.Exists(folder["none"]) ? Directory.GetFiles(folder["none"]).Select(Path.GetFileName) : []);
    }

    [Fact]
    public async Task Lines_that_a_client_would_forge_in_the_log_stay_one_line()
    {
        const string Forged = "1\n2026-01-01T00:00:00.000Z INFO action: forged | result: success";
        using var folder = new TemporaryFolder();
        // What a client says comes into the log only when it is well-formed. The name of a folder that is gone does as it is.
        await using var server = await Server.Start(folder["state"], "--dump-messages", folder[Forged]);
        Directory.Delete(folder[Forged]);
        using var client = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port));
        await client.SendAsync(RawClient.Hello() with { ClientId = Forged });
        await client.ReceiveAsync();
        (await Send(server, folder["out"])).Is(0);
        Assert.Contains("1\\u000a2026-01-01T00:00:00.000Z INFO action: forged", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Log.Split('\n'), line => line.StartsWith("2026-01-01", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/sessions/../../../../etc/passwd")]
    [InlineData("/sessions/..%2f..%2f..%2fetc%2fpasswd/result")]
    [InlineData("/sessions/latest%00/result")]
    [InlineData("//etc/passwd")]
    public async Task No_address_leads_to_a_file(string path)
    {
        using var folder = new TemporaryFolder();
        await using var server = await Server.Start(folder["state"]);
        var answer = await Raw(server, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_is_oversized_over_HTTP_is_refused_and_costs_no_memory()
    {
        using var folder = new TemporaryFolder();
        await using var server = await Server.Start(folder["state"]);
        await server.Get("/sessions");
        var before = server.MemoryBytes;
        var large = new string('a', 4 << 20);
        Assert.StartsWith("HTTP/1.1 431 ", await Raw(server, $"GET /sessions HTTP/1.1\r\nHost: localhost\r\nX: {large}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await Raw(server, $"GET /sessions/{large} HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
        var huge = $"POST /sessions/{Guid.NewGuid()}/cancel HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {1L << 40}\r\n\r\n{large}";
        Assert.Matches("^HTTP/1.1 4(04|13) ", await Raw(server, huge));
        Assert.InRange(server.MemoryBytes - before, long.MinValue, 32 << 20);
        (await Send(server, folder["out"])).Is(0);
    }

    private Task<Ended> Send(Server server, string received, params string[] options) => Coffee.End(Coffee.StartWith(
        new Dictionary<string, string> { ["COFFEE_RETRY_ATTEMPTS"] = "1" }, failPoint: null, ["send", "--server", server.Address, "--data", datasets.EdgeCases.Path, "--out", received, "--quiet", .. options]));

    /// <summary>The answer to bytes over HTTP, as far as it comes before the server closes: it need not read a request to its end.</summary>
    private static async Task<string> Raw(Server server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.HttpPort, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var sending = stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken).AsTask();
        var (answer, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count) answer.Append(Encoding.ASCII.GetString(buffer.AsSpan(0, count)));
            await sending;
        }
        catch (IOException)
        {
            // The server has closed while it was still sent to.
        }

        return answer.ToString();
    }

    private static (string Authority, string Certificate) Certificates(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return (folder.Write("ca.pem", made.ExportCertificatePem()), folder.Write("server.pem", made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem()));
    }
}
