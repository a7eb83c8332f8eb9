using System.Net.Http.Headers;
using System.Security.Authentication;
using CoffeeShop.Client;

namespace CoffeeShop.Commands;

/// <summary>Asks a running server over HTTP. The token of the agency comes from the environment.</summary>
internal sealed class ServerApi(string address, string? authorities) : IDisposable
{
    private const string TokenVariable = "COFFEE_TOKEN";

    private readonly HttpClient _http = new(Handler(authorities)) { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Gets what is at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="ServerApiException">No server answers, or it refuses.</exception>
    public HttpResponseMessage Get(string path, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            var response = _http.Send(request, HttpCompletionOption.ResponseHeadersRead, stop);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                using var text = new StreamReader(response.Content.ReadAsStream(stop));
                var hint = response.StatusCode == System.Net.HttpStatusCode.Unauthorized ? $" Set {TokenVariable} to the token of your agency." : "";
                throw new ServerApiException($"The server at {address} answers {(int)response.StatusCode}: {text.ReadToEnd().Trim()}{hint}");
            }
        }
        catch (HttpRequestException e)
        {
            if (e.InnerException is AuthenticationException untrusted)
                throw new ServerApiException($"The server at {address} cannot be trusted: {untrusted.Message.TrimEnd('.')}. Name the authority of its certificate with --tls-ca.");
            throw new ServerApiException($"No server answers at {address}: {e.Message.TrimEnd('.')}. Start one with coffee serve, or say with --http where it is.");
        }
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Handler(string? authorities)
    {
        var handler = new SocketsHttpHandler();
        if (authorities is not null) handler.SslOptions.CertificateChainPolicy = new ServerTrust(authorities).Policy();
        return handler;
    }
}

/// <summary>The server could not be asked, or did not give what it was asked for.</summary>
/// <param name="message">Why.</param>
internal sealed class ServerApiException(string message) : IOException(message);
