using CoffeeShop.Cluster;
using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Monitoring;

/// <summary>The members in memory; the contract is held against PostgreSQL too.</summary>
internal sealed class MemoryMembers : IMembers
{
    private readonly Dictionary<Guid, MemberReport> _reports = [];
    private Leader? _leader;

    /// <summary>Whether everything fails.</summary>
    public bool IsInTrouble { get; set; }

    public Task ReportAsync(MemberReport report) => Do(() => _reports[report.Member.Id] = report);

    public Task<IReadOnlyList<MemberReport>> ListMembersAsync() => Do<IReadOnlyList<MemberReport>>(() => [.. _reports.Values]);

    public Task RemoveMemberAsync(Guid id) => Do(() => _reports.Remove(id));

    public Task<Leader?> FindLeaderAsync() => Do(() => _leader);

    public Task<Leader?> TakeLeadAsync(Guid monitor, Leader? seen) => Do(() => _leader == seen ? _leader = new Leader(monitor, (seen?.Epoch ?? 0) + 1, 0) : null);

    public Task<Leader?> KeepLeadAsync(Leader lead) => Do(() => _leader?.Epoch == lead.Epoch ? _leader = _leader with { Beats = _leader.Beats + 1 } : null);

    private Task<T> Do<T>(Func<T> what) => IsInTrouble ? Task.FromException<T>(new StorageException("The database does not answer.")) : Task.FromResult(what());
}
