using CoffeeShop.Cluster;

namespace CoffeeShop.Storage.Postgres;

/// <content>The processes of the cluster.</content>
public sealed partial class PostgresStorage : IMembers
{
    /// <inheritdoc/>
    public Task ReportAsync(MemberReport report) => _database.WriteAsync(transaction => transaction.ExecuteAsync(
        """
        INSERT INTO member VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET beats = excluded.beats, handled = excluded.handled
        """,
        report.Member.Id, report.Member.Role, report.Member.Name, report.Member.Host, report.Member.ProcessId, report.Member.ProcessStart, report.Member.Version, report.Beats, report.Handled));

    /// <inheritdoc/>
    public Task<IReadOnlyList<MemberReport>> ListMembersAsync() => _database.ReadAsync<IReadOnlyList<MemberReport>>(async transaction =>
    {
        await using var statements = transaction.Group();
        statements.Add("SELECT id, role, name, host, process, process_start, version, beats, handled FROM member ORDER BY role, name, id");
        await using var row = await statements.ReadAsync();
        List<MemberReport> members = [];
        while (await row.ReadAsync())
        {
            var member = new Member(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetInt64(5), row.GetString(6));
            members.Add(new MemberReport(member, row.GetInt64(7), row.GetInt64(8)));
        }

        return members;
    });

    /// <inheritdoc/>
    public Task<Leader?> FindLeaderAsync() => _database.ReadAsync(async transaction =>
    {
        await using var statements = transaction.Group();
        statements.Add("SELECT monitor, epoch, beats FROM leader ORDER BY epoch DESC LIMIT 1");
        await using var row = await statements.ReadAsync();
        return await row.ReadAsync() ? new Leader(row.GetGuid(0), row.GetInt64(1), row.GetInt64(2)) : null;
    });

    /// <inheritdoc/>
    public Task<Leader?> TakeLeadAsync(Guid monitor, Leader? seen) => _database.WriteAsync(async transaction =>
    {
        // Of two who have seen the same, one changes the row: the other finds another epoch in it.
        var isTaken = seen is null
            ? await transaction.ExecuteAsync("INSERT INTO leader VALUES ($1, 1, 0) ON CONFLICT DO NOTHING", monitor)
            : await transaction.ExecuteAsync("UPDATE leader SET monitor = $1, epoch = epoch + 1, beats = 0 WHERE epoch = $2 AND beats = $3", monitor, seen.Epoch, seen.Beats);
        return isTaken == 0 ? null : new Leader(monitor, (seen?.Epoch ?? 0) + 1, 0);
    });

    /// <inheritdoc/>
    public Task<Leader?> KeepLeadAsync(Leader lead) => _database.WriteAsync(async transaction =>
        await transaction.ExecuteAsync("UPDATE leader SET beats = beats + 1 WHERE epoch = $1 AND monitor = $2", lead.Epoch, lead.Monitor) == 0 ? null : lead with { Beats = lead.Beats + 1 });

    /// <summary>Cuts the connections of a member, as a network would: what it has under way is undone or unknown.</summary>
    /// <param name="name">Its name.</param>
    public Task CutAsync(string name) => _database.WriteAsync(transaction => transaction.ExecuteAsync(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = left($1, 63) AND pid <> pg_backend_pid()", name));

    /// <inheritdoc/>
    public Task RemoveMemberAsync(Guid id) => _database.WriteAsync(transaction => transaction.ExecuteAsync("DELETE FROM member WHERE id = $1", id));
}
