using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoffeeShop.Configuration;

namespace CoffeeShop.Gateway;

/// <summary>Reads the certificate of a server with its private key.</summary>
public static class ServerCertificate
{
    /// <summary>Reads a PFX file without a password, or a PEM file that holds both.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">It is neither, or holds no private key.</exception>
    public static X509Certificate2 Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (X509Certificate2.GetCertContentType(bytes) == X509ContentType.Pfx) return WithKey(X509CertificateLoader.LoadPkcs12(bytes, password: null));
            // Encryption on some platforms wants a key that has been through a PFX.
            using var pem = X509Certificate2.CreateFromPemFile(path);
            return WithKey(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pfx), password: null));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"The certificate {path} cannot be used: {e.Message} Expected a PFX file without a password, or a PEM file with the certificate and its private key.");
        }

        X509Certificate2 WithKey(X509Certificate2 certificate) => certificate.HasPrivateKey
            ? certificate
            : throw new ConfigurationException($"{path}: found a certificate without its private key, expected both.");
    }
}
