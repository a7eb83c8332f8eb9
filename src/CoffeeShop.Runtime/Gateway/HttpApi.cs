using System.Net;
using System.Text.Json;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CoffeeShop.Gateway;

/// <summary>
/// Sessions and results over HTTP. With tokens, an agency shows its own as a bearer and sees its own sessions, and those of
/// version 1, which are nobody's.
/// </summary>
internal sealed class HttpApi(GatewayContext gateway)
{
    /// <summary>Connections beside those of clients.</summary>
    public const int ConnectionsMax = 100;

    private const string Latest = "latest";

    /// <summary>Adds the addresses.</summary>
    public static void Map(WebApplication app, GatewayContext gateway)
    {
        var api = new HttpApi(gateway);
        app.Use(api.GuardAsync);
        app.UseRouting();
        // Delegates of this form need no code to be made for them when the server starts.
        app.MapGet("/health/live", (RequestDelegate)(http => http.Response.WriteAsync("live\n")));
        app.MapGet("/health/ready", (RequestDelegate)api.ReadyAsync);
        app.MapGet("/sessions", (RequestDelegate)api.ListAsync);
        app.MapGet("/sessions/{id}", (RequestDelegate)api.ShowAsync);
        app.MapGet("/sessions/{id}/result", (RequestDelegate)api.ResultAsync);
        app.MapPost("/sessions/{id}/cancel", (RequestDelegate)api.CancelAsync);
    }

    /// <summary>
    /// Refuses what comes by a foreign name to an address that only this machine reaches: a web page could make its own name
    /// lead here and read results through the browser of somebody on this machine.
    /// </summary>
    private async Task GuardAsync(HttpContext http, RequestDelegate next)
    {
        var host = http.Request.Host.Host;
        if (http.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local) && host != "localhost" && !IPAddress.TryParse(host.Trim('[', ']'), out _))
        {
            await FailAsync(http, StatusCodes.Status403Forbidden, $"Found the host name {host}, expected localhost or an address.");
            return;
        }

        try
        {
            await next(http);
        }
        catch (StorageException e) when (!http.Response.HasStarted)
        {
            GatewayLog.CareFailed(gateway.Log, e.Message);
            await FailAsync(http, StatusCodes.Status503ServiceUnavailable, "The storage is in trouble; try again later.");
        }
    }

    private async Task ReadyAsync(HttpContext http)
    {
        // Answers when the storage does; whatever the session.
        await gateway.Sessions.FindSessionAsync(default);
        await http.Response.WriteAsync("ready\n");
    }

    private async Task ListAsync(HttpContext http)
    {
        if (await AuthenticateAsync(http) is not { } asker) return;
        var records = await gateway.Sessions.ListSessionsAsync();
        IReadOnlyList<SessionView> views = [.. records.Where(asker.MaySee).Select(record => View(record, holds: null))];
        http.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(http.Response.Body, views, SessionJson.Default.IReadOnlyListSessionView, http.RequestAborted);
    }

    private async Task ShowAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } record) return;
        var measured = await gateway.Sessions.MeasureAsync(record.Session.Id);
        var inFlight = gateway.Active.Find(record.Session.Id)?.Connection.OwedBytes ?? 0;
        var holds = new SessionHoldings(inFlight, measured.JournalRecords, measured.JournalBytes, measured.Attempts, measured.ResultBytes);
        http.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(http.Response.Body, View(record, holds), SessionJson.Default.SessionView, http.RequestAborted);
    }

    private async Task ResultAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } record) return;
        if (record.State != SessionState.Complete)
        {
            await FailAsync(http, StatusCodes.Status409Conflict, record.State == SessionState.Open
                ? $"The session {record.Session.Id} is still open: {record.Closed.Count} queries have answered."
                : $"The session {record.Session.Id} is {record.State.ToString().ToLowerInvariant()} and has no result. {record.Reason}");
            return;
        }

        http.Response.ContentType = "application/x-ndjson";
        http.Response.ContentLength = record.Closed.Values.Sum(closed => closed.Bytes);
        http.Response.Headers.Append("Session", record.Session.Id.ToString());
        using var result = new ResultSource(gateway.Sessions, record.Session.Id, offset: 0, gateway.Limits.ResultBytes);
        while (await result.ReadAsync(record.Closed) is { } parts)
        {
            foreach (var part in parts) await http.Response.Body.WriteAsync(part.Bytes, http.RequestAborted);
        }

        // A result that is purged meanwhile is cut, and its reader sees that from the length.
        if (!result.IsWhole) http.Abort();
    }

    private async Task CancelAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } record) return;
        var (id, reason) = (record.Session.Id, "It was cancelled over HTTP.");
        if (!await gateway.Sessions.EndSessionAsync(id, SessionState.Cancelled, reason))
        {
            await FailAsync(http, StatusCodes.Status409Conflict, $"The session {id} is not open any more.");
            return;
        }

        GatewayLog.SessionEnded(gateway.Log, id, SessionState.Cancelled, reason);
        gateway.Active.Interrupt(id, ErrorCode.SessionCancelled, "The session was cancelled.");
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private SessionView View(SessionRecord record, SessionHoldings? holds) =>
        SessionView.Of(record, gateway.Active.Contains(record.Session.Id), gateway.Rejections.Find(record.Session.Id), holds);

    /// <summary>The session of the address, if the asker may see it; otherwise the answer has been given.</summary>
    private async Task<SessionRecord?> FindAsync(HttpContext http)
    {
        if (await AuthenticateAsync(http) is not { } asker) return null;
        var name = (string?)http.Request.RouteValues["id"];
        SessionRecord? record = null;
        if (name == Latest)
        {
            record = (await gateway.Sessions.ListSessionsAsync()).Where(known => known.State == SessionState.Complete && asker.MaySee(known)).MaxBy(known => (known.EndedAt, known.Session.Id));
        }
        else if (SessionId.TryParse(name, out var id))
        {
            record = await gateway.Sessions.FindSessionAsync(id);
        }

        if (record is not null && asker.MaySee(record)) return record;
        await FailAsync(http, StatusCodes.Status404NotFound, name == Latest ? "No session is complete yet."
            : SessionId.TryParse(name, out _) ? "There is no such session for you." : $"Found the session \"{name}\", expected its id or {Latest}.");
        return null;
    }

    /// <summary>Who asks; null when the answer has been given.</summary>
    private async Task<Asker?> AuthenticateAsync(HttpContext http)
    {
        if (gateway.Options.Tokens is not { } tokens) return new Asker(null);
        const string Scheme = "Bearer ";
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        var header = http.Request.Headers.Authorization.ToString();
        var agency = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? tokens.FindAgency(header[Scheme.Length..].Trim()) : null;
        if (agency is not null) return new Asker(agency);
        GatewayLog.Refused(gateway.Log, address, "http");
        if (gateway.HttpRefusals.IsRefused(address))
        {
            await FailAsync(http, StatusCodes.Status429TooManyRequests, "Too many wrong tokens have come from this address; try again in a minute.");
            return null;
        }

        gateway.HttpRefusals.Count(address);
        http.Response.Headers.WWWAuthenticate = "Bearer";
        await FailAsync(http, StatusCodes.Status401Unauthorized, "The token is missing or wrong.");
        return null;
    }

    private static Task FailAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(message + "\n");
    }

    /// <summary>Who asks.</summary>
    /// <param name="Agency">The agency, or null when there are no tokens and everybody sees everything.</param>
    private sealed record Asker(string? Agency)
    {
        public bool MaySee(SessionRecord record) => Agency is null || record.Session.Agency is null || record.Session.Agency == Agency;
    }
}
