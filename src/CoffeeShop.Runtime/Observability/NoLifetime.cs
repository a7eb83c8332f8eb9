using Microsoft.Extensions.Hosting;

namespace CoffeeShop.Observability;

/// <summary>A host that does not listen to signals: they are the business of the command.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
