namespace CoffeeShop.Gateway;

/// <summary>What a gateway grants its clients, who may be anybody. Everything that a client can make grow has its bound here.</summary>
public sealed record GatewayLimits
{
    /// <summary>Open connections in all.</summary>
    public int Connections { get; init; } = 2_000;

    /// <summary>Open connections of one address. Many agencies may sit behind one.</summary>
    public int ConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>Sessions that are open, with a connection or waiting to be resumed.</summary>
    public int Sessions { get; init; } = 1_000;

    /// <summary>Bytes of frames of a session that are not acknowledged yet. When they are reached, its socket is not read.</summary>
    public int InFlightBytes { get; init; } = 8 << 20;

    /// <summary>The same of all sessions together, which share it. A session may always have a frame.</summary>
    public long InFlightBytesAll { get; init; } = 512 << 20;

    /// <summary>What a session may have in flight when there are so many.</summary>
    /// <param name="sessions">The sessions that are connected.</param>
    internal long InFlightBytesOf(int sessions) => Math.Clamp(InFlightBytesAll / Math.Max(1, sessions), 1, InFlightBytes);

    /// <summary>From the beginning of a connection to its first whole frame.</summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first byte of a frame to its last.</summary>
    public TimeSpan FrameTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two frames, while the client has something to say.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Until a client takes up what it is sent.</summary>
    public TimeSpan WriteTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Until a client of version 1 that does not take up its answers is taken for one that never reads them, and gets no more.</summary>
    public TimeSpan UnheardTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Until a client that was told of an error has read it; then its connection is closed.</summary>
    public TimeSpan LingerTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Until frames in flight are acknowledged when the gateway stops.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a batch that has a number is published again while the bus is in trouble.</summary>
    public TimeSpan RepublishTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wrong tokens from one address within <see cref="RefusalWindow"/> before further ones are told to wait.</summary>
    public int RefusalsPerAddress { get; init; } = 20;

    /// <summary>See <see cref="RefusalsPerAddress"/>.</summary>
    public TimeSpan RefusalWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of a result that are read and sent at once.</summary>
    public int ResultBytes { get; init; } = 256 << 10;

    /// <summary>How often a client that waits for its result hears of the progress.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long after a first look the storage is asked again for results. It doubles up to <see cref="ResultIntervalMax"/> while nothing comes.</summary>
    public TimeSpan ResultInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The longest time between two looks for results.</summary>
    public TimeSpan ResultIntervalMax { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a session stays without any progress.</summary>
    public TimeSpan SessionTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long finished input may make no progress before its ends are published again.</summary>
    public TimeSpan RepairTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long ended sessions and their results are kept.</summary>
    public TimeSpan KeptTime { get; init; } = TimeSpan.FromDays(7);
}
