using CoffeeShop.Bus;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Gateway;

/// <summary>What all connections of a gateway share.</summary>
internal sealed class GatewayContext
{
    public GatewayContext(GatewayOptions options, ISessionStore sessions, IBus bus, TimeProvider clock, ILogger log)
    {
        (Options, Sessions, Bus, Clock, Log) = (options, sessions, bus, clock, log);
        Publisher = new Publisher(this);
        Refusals = new RefusalThrottle(options.Limits, clock);
        HttpRefusals = new RefusalThrottle(options.Limits, clock);
        Dump = options.DumpFolder is { } folder ? new MessageDump(folder) : null;
    }

    public GatewayOptions Options { get; }

    public GatewayLimits Limits => Options.Limits;

    public ISessionStore Sessions { get; }

    public IBus Bus { get; }

    public TimeProvider Clock { get; }

    public ILogger Log { get; }

    public ActiveSessions Active { get; } = new();

    public Publisher Publisher { get; }

    public RefusalThrottle Refusals { get; }

    /// <summary>Those of HTTP, whose askers are not the clients.</summary>
    public RefusalThrottle HttpRefusals { get; }

    public MessageDump? Dump { get; }

    /// <summary>What version 1 sessions had rejected, for those that ask.</summary>
    public RejectionLists Rejections { get; } = new();

    /// <summary>The open sessions.</summary>
    public SessionCount Count { get; } = new();
}
