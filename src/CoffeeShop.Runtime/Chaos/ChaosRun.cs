using CoffeeShop.Cluster;
using CoffeeShop.Services;
using CoffeeShop.Storage;

namespace CoffeeShop.Chaos;

/// <summary>
/// Hits the processes of a cluster on this machine, as its members tell of them. A process that has got the number of one that
/// is gone is left alone.
/// </summary>
/// <param name="members">The members.</param>
/// <param name="options">What is done.</param>
/// <param name="cut">Cuts the connections of a member to the database.</param>
/// <param name="tell">Gets a line for each round.</param>
/// <param name="clock">Measures the time.</param>
public sealed class ChaosRun(IMembers members, ChaosOptions options, Func<Member, Task> cut, Action<string> tell, TimeProvider clock)
{
    private readonly List<Task> _pauses = [];

    /// <summary>Runs all rounds, or until it is stopped. Whoever hangs at the end is let go on.</summary>
    /// <returns>How many processes were hit.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        var hits = 0;
        try
        {
            foreach (var round in ChaosRound.Of(options).Take(options.Rounds ?? int.MaxValue))
            {
                await Task.Delay(options.Every, clock, stop);
                if (await HitAsync(round, stop)) hits++;
            }
        }
        catch (OperationCanceledException)
        {
            // It was stopped.
        }

        await Task.WhenAll(_pauses);
        return hits;
    }

    private async Task<bool> HitAsync(ChaosRound round, CancellationToken stop)
    {
        if (await VictimAsync(round) is not { } victim)
        {
            tell($"round {round.Number}: {round.Action} {round.Role}: nobody is there");
            return false;
        }

        tell($"round {round.Number}: {round.Action} {victim.Name} (process {victim.ProcessId})");
        switch (round.Action)
        {
            case ChaosAction.Kill:
                return NativeMethods.Send(victim.ProcessId, Signal.Kill) == 0;
            case ChaosAction.Pause:
                if (NativeMethods.Send(victim.ProcessId, Signal.Pause) != 0) return false;
                _pauses.Add(GoOnAsync(victim, stop));
                return true;
            default:
                await TryCutAsync(victim);
                return true;
        }
    }

    private async Task<Member?> VictimAsync(ChaosRound round)
    {
        try
        {
            var possible = (await members.ListMembersAsync()).Select(report => report.Member)
                .Where(member => member.Role == round.Role && !options.Excluded.Contains(member.Name) && member.Host == Environment.MachineName)
                .Where(member => ProcessClock.StartOf(member.ProcessId) == member.ProcessStart)
                .OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
            return possible.Count == 0 ? null : possible[round.Choice % possible.Count];
        }
        catch (StorageException)
        {
            // The database may be the last victim.
            return null;
        }
    }

    private async Task GoOnAsync(Member victim, CancellationToken stop)
    {
        await Task.Delay(options.Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ProcessClock.StartOf(victim.ProcessId) == victim.ProcessStart) _ = NativeMethods.Send(victim.ProcessId, Signal.Continue);
    }

    private async Task TryCutAsync(Member victim)
    {
        try
        {
            await cut(victim);
        }
        catch (StorageException e)
        {
            tell($"the connections of {victim.Name} could not be cut: {e.Message}");
        }
    }
}
