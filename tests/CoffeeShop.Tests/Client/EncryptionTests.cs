using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoffeeShop.Client;
using CoffeeShop.Configuration;
using CoffeeShop.Tests.Cli;
using CoffeeShop.Tests.Gateway;

namespace CoffeeShop.Tests.Client;

/// <summary>Whom a client trusts.</summary>
public sealed class EncryptionTests : IDisposable
{
    private readonly Sending _sending = new();
    private readonly MemorySession _session = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _sending.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_that_a_trusted_authority_vouches_for_is_sent_to()
    {
        using var authority = NewAuthority();
        using var certificate = NewCertificate(authority, IPAddress.Loopback);
        await using var server = new ScriptedServer(_session.ServeAsync, certificate);
        Trust(authority);
        await _sending.SendAsync(server);
        server.Check();
        _session.IsWhole();
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_told_nothing()
    {
        using var authority = NewAuthority();
        using var other = NewAuthority();
        using var certificate = NewCertificate(other, IPAddress.Loopback);
        await IsRefused(authority, certificate);
    }

    [Fact]
    public async Task A_server_of_another_name_is_told_nothing()
    {
        using var authority = NewAuthority();
        using var certificate = NewCertificate(authority, IPAddress.Parse("192.0.2.1"));
        await IsRefused(authority, certificate);
    }

    [Fact]
    public async Task Sessions_are_asked_for_over_an_encrypted_connection_that_a_trusted_authority_vouches_for()
    {
        using var authority = NewAuthority();
        using var other = NewAuthority();
        using var certificate = NewCertificate(authority, IPAddress.Loopback);
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Certificate = certificate, HttpAddress = new IPEndPoint(IPAddress.Any, 0) });
        var http = $"https://127.0.0.1:{gateway.Server.HttpAddress.Port}";
        var asked = await Coffee.Run("sessions", "--json", "--http", http, "--tls-ca", _folder.Write("ca.pem", authority.ExportCertificatePem()));
        Assert.Equal("[]", asked.Is(0).Output.Trim());
        var refused = await Coffee.Run("sessions", "--http", http, "--tls-ca", _folder.Write("other.pem", other.ExportCertificatePem()));
        refused.Is(1).Says($"The server at {http} cannot be trusted", "--tls-ca");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_file_without_a_certificate_is_wrong_configuration(string text) =>
        Assert.Contains("--tls-ca", Assert.Throws<ConfigurationException>(() => new ServerTrust(_folder.Write("ca.pem", text))).Message, StringComparison.Ordinal);

    private async Task IsRefused(X509Certificate2 authority, X509Certificate2 certificate)
    {
        await using var server = new ScriptedServer(_session.ServeAsync, certificate);
        Trust(authority);
        var e = await Assert.ThrowsAsync<ClientException>(() => _sending.SendAsync(server));
        Assert.Contains("cannot be trusted", e.Message, StringComparison.Ordinal);
        Assert.Empty(_session.Hellos);
    }

    private void Trust(X509Certificate2 authority) =>
        _sending.Options = _sending.Options with { Trust = new ServerTrust(_folder.Write("ca.pem", authority.ExportCertificatePem())) };

    private static X509Certificate2 NewAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static X509Certificate2 NewCertificate(X509Certificate2 authority, IPAddress address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);
        // A key that was never stored cannot be used for TLS on every system.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), password: null);
    }
}
