namespace CoffeeShop.Chaos;

/// <summary>What is done to a process.</summary>
public enum ChaosAction
{
    /// <summary>SIGKILL: it ends at once.</summary>
    Kill,

    /// <summary>SIGSTOP, and SIGCONT after a while: it hangs, and goes on believing that no time has passed.</summary>
    Pause,

    /// <summary>The database cuts its connections.</summary>
    Cut,
}

/// <summary>What chaos does to a cluster.</summary>
/// <param name="Roles">Whom it may hit.</param>
/// <param name="Actions">What it may do.</param>
public sealed record ChaosOptions(IReadOnlyList<string> Roles, IReadOnlyList<ChaosAction> Actions)
{
    /// <summary>How long it waits between two rounds.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a paused process hangs.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Names of processes that are left alone.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>Decides everything: the same seed, the same schedule.</summary>
    public int Seed { get; init; }

    /// <summary>How many rounds there are; null for until it is stopped.</summary>
    public int? Rounds { get; init; }
}

/// <summary>What a round does: the schedule follows from the seed alone, whoever lives at the time.</summary>
/// <param name="Number">The round, from 1.</param>
/// <param name="Role">The role of the victim.</param>
/// <param name="Action">What is done to it.</param>
/// <param name="Choice">Chooses the victim: the remainder by the number of those there are, by name.</param>
public sealed record ChaosRound(int Number, string Role, ChaosAction Action, int Choice)
{
    /// <summary>The rounds of a seed, without an end.</summary>
    /// <param name="options">The options.</param>
    public static IEnumerable<ChaosRound> Of(ChaosOptions options)
    {
        // Not the generator of the class library, whose numbers may change with its version.
        var state = (ulong)options.Seed;
        for (var number = 1; ; number++)
            yield return new ChaosRound(number, options.Roles[Next(options.Roles.Count)], options.Actions[Next(options.Actions.Count)], Next(int.MaxValue));

        int Next(int bound)
        {
            // SplitMix64.
            var mixed = state += 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)bound);
        }
    }
}
