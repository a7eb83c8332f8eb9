using System.Globalization;
using CoffeeShop.Tests;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>A wall clock for some processes alone, which a test can set: those of others, and of the machine, go on undisturbed.</summary>
internal sealed class WallClock : IDisposable
{
    private static readonly string? s_library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }).FirstOrDefault()
        : null;

    private readonly TemporaryFolder _folder = new();

    public WallClock()
    {
        Assert.SkipWhen(s_library is null, "The package libfaketime is not installed.");
        Jump(0);
    }

    /// <summary>What gives a process this clock.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
    [
        new("LD_PRELOAD", s_library!),
        new("FAKETIME_TIMESTAMP_FILE", _folder["clock"]),
        new("FAKETIME_NO_CACHE", "1"),
        // What measures time goes on as it does when the clock of a machine is set.
        new("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];

    /// <summary>Sets the clock.</summary>
    /// <param name="days">How many days it is off then.</param>
    public void Jump(int days)
    {
        // At once: a process that reads half of it would be at another time.
        File.WriteAllText(_folder["new"], string.Create(CultureInfo.InvariantCulture, $"{days:+0;-0}d\n"));
        File.Move(_folder["new"], _folder["clock"], overwrite: true);
    }

    public void Dispose() => _folder.Dispose();
}
