using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CoffeeShop.Configuration;

namespace CoffeeShop.Gateway;

/// <summary>
/// The tokens of the agencies, which are only known as SHA-256: <c>agency:sha256hex</c> a line, <c>#</c> begins a comment. An
/// agency may have several. A token has to be long and random, since nothing slows the hash down:
/// <c>token=$(openssl rand -hex 32); printf %s "$token" | sha256sum</c>.
/// </summary>
public sealed partial class AgencyTokens
{
    private readonly List<(string Agency, byte[] Hash)> _tokens = [];

    /// <summary>Reads tokens.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="name">What the lines are called in messages.</param>
    /// <exception cref="ConfigurationException">A line is wrong, or there is no token.</exception>
    public AgencyTokens(IEnumerable<string> lines, string name)
    {
        var number = 0;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            // What was found is not shown: somebody may have written a token down as it is.
            if (!Line().IsMatch(line)) throw new ConfigurationException($"{name} line {number}: expected agency:sha256hex, a name of 1 to 64 letters, digits, dots, underscores or hyphens and 64 hexadecimal digits.");
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            _tokens.Add((line[..colon], Convert.FromHexString(line[(colon + 1)..])));
        }

        if (_tokens.Count == 0) throw new ConfigurationException($"{name}: found no token, expected at least one line agency:sha256hex.");
    }

    /// <summary>Reads a file of tokens.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or is wrong.</exception>
    public static AgencyTokens Read(string path)
    {
        try
        {
            return new AgencyTokens(File.ReadLines(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The tokens {path} cannot be read: {e.Message}");
        }
    }

    /// <summary>Whose token it is.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The agency, or null.</returns>
    public string? FindAgency(ReadOnlySpan<byte> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        string? found = null;
        // All are compared, so that the time tells nothing of which came close.
        foreach (var (agency, known) in _tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known)) found = agency;
        }

        return found;
    }

    /// <inheritdoc cref="FindAgency(ReadOnlySpan{byte})"/>
    public string? FindAgency(string token) => FindAgency(Encoding.UTF8.GetBytes(token));

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}:[0-9A-Fa-f]{64}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
