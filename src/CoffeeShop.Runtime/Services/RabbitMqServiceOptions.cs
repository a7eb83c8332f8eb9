namespace CoffeeShop.Services;

/// <summary>How a private broker is set up.</summary>
/// <param name="Folder">Where everything of it is. A broker that is started again over a folder has the queues and messages it had.</param>
public sealed record RabbitMqServiceOptions(string Folder)
{
    /// <summary>Where the package has its programs. Those elsewhere on Debian switch the user and the folders.</summary>
    public string Programs { get; init; } = "/usr/lib/rabbitmq/bin";

    /// <summary>From which use of memory on publishers are blocked, in bytes.</summary>
    public long MemoryBytesMax { get; init; } = 1L << 30;

    /// <summary>From which free space of the disk on publishers are blocked, in bytes.</summary>
    public long DiskBytesMin { get; init; } = 50L << 20;

    /// <summary>How long it may take to get ready.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to end when it is asked to.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(30);
}
