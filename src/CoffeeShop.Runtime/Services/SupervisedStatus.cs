namespace CoffeeShop.Services;

/// <summary>How something that is supervised does.</summary>
/// <param name="Name">How people call it.</param>
/// <param name="State">What it does.</param>
/// <param name="ProcessId">Its process; null when none runs.</param>
/// <param name="Restarts">How often it was started again.</param>
/// <param name="Since">How long it has been in its state.</param>
/// <param name="LastLine">What it said last; empty when it has said nothing.</param>
public sealed record SupervisedStatus(string Name, SupervisedState State, int? ProcessId, int Restarts, TimeSpan Since, string LastLine);

/// <summary>What something that is supervised does.</summary>
public enum SupervisedState
{
    /// <summary>It runs, and nobody can rely on it yet.</summary>
    Starting,

    /// <summary>Others may rely on it.</summary>
    Ready,

    /// <summary>It has died, and is started again after a while.</summary>
    Waiting,

    /// <summary>It has been asked to end.</summary>
    Stopping,

    /// <summary>It has ended and is not started again.</summary>
    Stopped,
}
