namespace CoffeeShop.Tests.Delivery.World;

/// <summary>What may go wrong in the world. A failing schedule is shown with as few kinds as it needs.</summary>
[Flags]
internal enum Faults
{
    None = 0,
    Crash = 1,
    Pause = 2,
    UnknownCommit = 4,
    LostPublish = 8,
    Duplicate = 16,
    Return = 32,
    Reorder = 64,
    LostSubscription = 128,
    CutConnection = 256,
    End = 512,
    Forget = 1024,
    All = 2047,
}

/// <summary>
/// The chances of one step. They follow from one number, so that a schedule is a list of numbers: some can be left out, and
/// the others still mean what they meant.
/// </summary>
internal sealed class Dice(Faults allowed)
{
    private ulong _state;

    /// <summary>What may go wrong from now on.</summary>
    public Faults Allowed { get; set; } = allowed;

    /// <summary>Begins a step.</summary>
    public void Begin(ulong step) => _state = step;

    /// <summary>A number below another.</summary>
    public int Next(int below) => (int)(NextBits() % (ulong)below);

    /// <summary>How much seldomer than usual things go wrong.</summary>
    public int Calm { get; set; } = 1;

    /// <summary>Whether something goes wrong that does so once in so many times.</summary>
    public bool Goes(Faults wrong, int times) => Next(times * Calm) == 0 && (Allowed & wrong) != Faults.None;

    public bool OneIn(int times) => Next(times) == 0;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    // SplitMix64.
    private ulong NextBits()
    {
        var bits = _state += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
