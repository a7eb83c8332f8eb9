using CoffeeShop.Cluster;

namespace CoffeeShop.Monitoring;

/// <summary>
/// The lead among the monitors: a row with an epoch, as owners have for what they own. Its holder counts its beats up; whoever
/// sees them stand still for too long, on a clock of its own, takes the lead.
/// </summary>
/// <param name="members">Where the row is.</param>
/// <param name="self">This monitor.</param>
/// <param name="patience">How long the beats may stand still.</param>
/// <param name="clock">Measures it.</param>
internal sealed class Lead(IMembers members, Guid self, TimeSpan patience, TimeProvider clock)
{
    private Leader? _own;
    private (Leader? Leader, long Since)? _seen;

    /// <summary>The lead of this monitor; null when another has it.</summary>
    public Leader? Own => _own;

    /// <summary>Keeps the lead, or takes it when nobody does.</summary>
    public async Task HoldAsync()
    {
        if (_own is { } own && (_own = await members.KeepLeadAsync(own)) is not null) return;
        var leader = await members.FindLeaderAsync();
        if (_seen is not { } seen || seen.Leader != leader) _seen = (leader, clock.GetTimestamp());
        if (leader is not null && clock.GetElapsedTime(_seen.Value.Since) < patience) return;
        _own = await members.TakeLeadAsync(self, leader);
    }

    /// <summary>A look has failed: the leader is not known to have stood still.</summary>
    public void Miss() => _seen = null;
}
