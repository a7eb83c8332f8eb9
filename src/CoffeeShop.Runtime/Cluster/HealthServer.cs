using System.Net;
using CoffeeShop.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Cluster;

/// <summary>Answers those who ask whether a process lives and is ready: <c>/health/live</c> and <c>/health/ready</c>.</summary>
public sealed class HealthServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HealthServer(WebApplication app) => _app = app;

    /// <summary>Starts to answer.</summary>
    /// <param name="address">Where.</param>
    /// <param name="isReady">Whether the process is ready.</param>
    /// <param name="logs">Gets what goes wrong.</param>
    /// <exception cref="IOException">It cannot listen at the address.</exception>
    public static async Task<HealthServer> StartAsync(IPEndPoint address, Func<Task<bool>> isReady, ILoggerFactory logs)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(HealthServer).Assembly.GetName().Name });
        builder.Services.AddSingleton(logs);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(address);
        });
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/health/live", (RequestDelegate)(http => http.Response.WriteAsync("live\n")));
        app.MapGet("/health/ready", (RequestDelegate)(async http =>
        {
            var ready = await isReady();
            if (!ready) http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await http.Response.WriteAsync(ready ? "ready\n" : "not ready\n");
        }));
        try
        {
            await app.StartAsync();
        }
        catch (Exception e)
        {
            await app.DisposeAsync();
            if (e is IOException) throw new IOException($"{address}: cannot be listened at. {e.Message} Stop what has the port, or choose another.", e);
            throw;
        }

        return new HealthServer(app);
    }

    /// <summary>Stops.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
