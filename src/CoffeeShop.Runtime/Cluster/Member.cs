namespace CoffeeShop.Cluster;

/// <summary>A process of the cluster, as it reports itself.</summary>
/// <param name="Id">Its id, new with every start.</param>
/// <param name="Role">What it does.</param>
/// <param name="Name">How people call it: the NODE_ID that it was given, or its role, host and process.</param>
/// <param name="Host">Its machine.</param>
/// <param name="ProcessId">Its process there.</param>
/// <param name="ProcessStart">When that process started, in the ticks of its machine: a process id alone is used again.</param>
/// <param name="Version">The version of the program.</param>
public sealed record Member(Guid Id, string Role, string Name, string Host, int ProcessId, long ProcessStart, string Version);

/// <summary>What is known of a member.</summary>
/// <param name="Member">The member.</param>
/// <param name="Beats">Grows while the process works well. Whoever judges watches it stand still on a clock of its own.</param>
/// <param name="Handled">How many messages or frames it has handled.</param>
public sealed record MemberReport(Member Member, long Beats, long Handled);

/// <summary>Who leads the monitors: the one who may revive.</summary>
/// <param name="Monitor">The member.</param>
/// <param name="Epoch">Grows with every leader.</param>
/// <param name="Beats">Grows while the leader lives.</param>
public sealed record Leader(Guid Monitor, long Epoch, long Beats);

/// <summary>The members of a cluster, in its database.</summary>
public interface IMembers
{
    /// <summary>Reports a member.</summary>
    /// <param name="report">The report.</param>
    Task ReportAsync(MemberReport report);

    /// <summary>All that have reported and have neither left nor been removed, by role and name.</summary>
    Task<IReadOnlyList<MemberReport>> ListMembersAsync();

    /// <summary>Who leads the monitors, or null when nobody ever has.</summary>
    Task<Leader?> FindLeaderAsync();

    /// <summary>Takes the lead, if nobody has taken it or used it since it was seen.</summary>
    /// <param name="monitor">Who takes it.</param>
    /// <param name="seen">What was seen; null for nobody.</param>
    /// <returns>The new lead, or null when somebody else was quicker.</returns>
    Task<Leader?> TakeLeadAsync(Guid monitor, Leader? seen);

    /// <summary>Shows that the leader lives.</summary>
    /// <param name="lead">The lead as it was last shown.</param>
    /// <returns>The lead as it is now, or null when it is lost.</returns>
    Task<Leader?> KeepLeadAsync(Leader lead);

    /// <summary>Removes a member: it has left, or is dead.</summary>
    /// <param name="id">The member.</param>
    Task RemoveMemberAsync(Guid id);
}
