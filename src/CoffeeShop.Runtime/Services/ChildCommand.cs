namespace CoffeeShop.Services;

/// <summary>What a child process runs.</summary>
/// <param name="FileName">The executable, with its folder.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record ChildCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables that are set, beside those of this process; null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where it runs; null where this process does.</summary>
    public string? Folder { get; init; }

    /// <summary>Who it runs as; null for who runs this process. Only root may say another.</summary>
    public string? User { get; init; }
}
