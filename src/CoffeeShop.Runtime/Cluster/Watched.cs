namespace CoffeeShop.Cluster;

/// <summary>
/// Who is alive, as one process sees it: a member whose beats stand still for too long on this process's own clock is taken for
/// dead. Nothing is concluded from looks that failed: the time begins anew after them.
/// </summary>
/// <param name="patience">How long beats may stand still.</param>
/// <param name="clock">Measures it.</param>
internal sealed class Watched(TimeSpan patience, TimeProvider clock)
{
    private readonly Dictionary<Guid, (MemberReport Report, long Since)> _seen = [];

    /// <summary>Takes in what is reported now.</summary>
    /// <param name="reports">All members.</param>
    public void See(IReadOnlyList<MemberReport> reports)
    {
        var now = clock.GetTimestamp();
        foreach (var gone in _seen.Keys.Except(reports.Select(report => report.Member.Id)).ToList()) _seen.Remove(gone);
        foreach (var report in reports)
            if (!_seen.TryGetValue(report.Member.Id, out var seen) || seen.Report.Beats != report.Beats) _seen[report.Member.Id] = (report, now);
    }

    /// <summary>A look has failed: nobody is known to have stood still.</summary>
    public void Miss()
    {
        var now = clock.GetTimestamp();
        foreach (var (id, seen) in _seen.ToList()) _seen[id] = (seen.Report, now);
    }

    /// <summary>The members that are alive, by role and name.</summary>
    public IReadOnlyList<MemberReport> Alive => [.. Ordered.Where(seen => clock.GetElapsedTime(seen.Since) < patience).Select(seen => seen.Report)];

    /// <summary>The members that are not.</summary>
    public IReadOnlyList<MemberReport> Dead => [.. Ordered.Where(seen => clock.GetElapsedTime(seen.Since) >= patience).Select(seen => seen.Report)];

    private IEnumerable<(MemberReport Report, long Since)> Ordered => _seen.Values
        .OrderBy(seen => seen.Report.Member.Role, StringComparer.Ordinal).ThenBy(seen => seen.Report.Member.Name, StringComparer.Ordinal).ThenBy(seen => seen.Report.Member.Id);
}
