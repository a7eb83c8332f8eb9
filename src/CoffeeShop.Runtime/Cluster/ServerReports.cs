using System.Globalization;
using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;

namespace CoffeeShop.Cluster;

/// <summary>Reports the private servers of a cluster among its members, since they do not report themselves.</summary>
public sealed class ServerReports : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PostgresStorage _storage;
    private readonly (string Role, Func<int?> Process)[] _servers;
    private readonly Dictionary<string, Member> _members = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reporting;
    private long _beats;

    private ServerReports(PostgresStorage storage, (string Role, Func<int?> Process)[] servers, TimeProvider clock)
    {
        (_storage, _servers) = (storage, servers);
        _reporting = RunAsync(clock);
    }

    /// <summary>Begins to report.</summary>
    /// <param name="database">The database of the cluster, whose tables are there.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="servers">The role of each server, and its process; null while it does not run.</param>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    public static async Task<ServerReports> StartAsync(string database, TimeProvider clock, params (string Role, Func<int?> Process)[] servers) =>
        new(await PostgresStorage.OpenAsync(database, shards: null, clock, "coffee up"), servers, clock);

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reporting;
        _stop.Dispose();
        try
        {
            foreach (var member in _members.Values) await _storage.RemoveMemberAsync(member.Id);
        }
        catch (StorageException)
        {
            // It has ended before its report.
        }

        await _storage.DisposeAsync();
    }

    private async Task RunAsync(TimeProvider clock)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                foreach (var (role, process) in _servers) await ReportAsync(role, process());
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    private async Task ReportAsync(string role, int? process)
    {
        if (process is not { } id || ProcessClock.StartOf(id) is not { } start) return;
        try
        {
            if (!_members.TryGetValue(role, out var member) || (member.ProcessId, member.ProcessStart) != (id, start))
            {
                if (member is not null) await _storage.RemoveMemberAsync(member.Id);
                _members[role] = member = new Member(Guid.NewGuid(), role, string.Create(CultureInfo.InvariantCulture, $"{role}-1"), Environment.MachineName, id, start, "");
            }

            await _storage.ReportAsync(new MemberReport(member, ++_beats, Handled: 0));
        }
        catch (StorageException)
        {
            // Of a database that is away, nobody is told; the next second may be better.
        }
    }
}
