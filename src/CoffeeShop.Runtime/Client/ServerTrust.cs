using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoffeeShop.Configuration;

namespace CoffeeShop.Client;

/// <summary>The authorities that a client trusts to vouch for its server.</summary>
public sealed class ServerTrust
{
    private readonly X509Certificate2Collection _authorities = [];

    /// <summary>Reads the authorities.</summary>
    /// <param name="path">A file of certificates in PEM.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or has no certificate.</exception>
    public ServerTrust(string path)
    {
        try
        {
            _authorities.ImportFromPem(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{path}: found no certificates, expected a file in PEM for --tls-ca: {e.Message}");
        }

        if (_authorities.Count == 0) throw new ConfigurationException($"{path}: found no certificate, expected a file in PEM for --tls-ca.");
    }

    internal SslClientAuthenticationOptions OptionsFor(string host) => new()
    {
        TargetHost = host,
        CertificateChainPolicy = Policy(),
    };

    /// <summary>What a chain of certificates is held against.</summary>
    public X509ChainPolicy Policy()
    {
        // Authorities of one's own publish no lists of what they have revoked.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }
}
