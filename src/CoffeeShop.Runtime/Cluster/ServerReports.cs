using System.Globalization;
using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Cluster;

/// <summary>Reports the private servers of a cluster among its members, since they do not report themselves.</summary>
public sealed class ServerReports : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PostgresStorage _storage;
    private readonly (string Role, Func<int?> Process)[] _servers;
    private readonly ILogger _log;
    private readonly Dictionary<string, Member> _members = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reporting;
    private long _beats;

    private ServerReports(PostgresStorage storage, (string Role, Func<int?> Process)[] servers, TimeProvider clock, ILogger log)
    {
        (_storage, _servers, _log) = (storage, servers, log);
        _reporting = RunAsync(clock);
    }

    /// <summary>Begins to report.</summary>
    /// <param name="database">The database of the cluster, whose tables are there.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="log">Gets the reports that fail.</param>
    /// <param name="servers">The role of each server, and its process; null while it does not run.</param>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    public static async Task<ServerReports> StartAsync(string database, TimeProvider clock, ILogger log, params (string Role, Func<int?> Process)[] servers) =>
        new(await PostgresStorage.OpenAsync(database, shards: null, clock, "coffee up"), servers, clock, log);

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reporting;
        _stop.Dispose();
        foreach (var member in _members.Values)
        {
            try
            {
                await _storage.RemoveMemberAsync(member.Id);
            }
            catch (StorageException e)
            {
                // The monitors see that it reports no more.
                _log.ReportFailed(member.Name, e.Message);
            }
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
        var name = string.Create(CultureInfo.InvariantCulture, $"{role}-1");
        try
        {
            if (!_members.TryGetValue(role, out var member) || (member.ProcessId, member.ProcessStart) != (id, start))
            {
                if (member is not null) await _storage.RemoveMemberAsync(member.Id);
                _members[role] = member = new Member(Guid.NewGuid(), role, name, Environment.MachineName, id, start, "");
            }

            await _storage.ReportAsync(new MemberReport(member, ++_beats, Handled: 0));
        }
        catch (StorageException e)
        {
            // The next second may be better.
            _log.ReportFailed(name, e.Message);
        }
    }
}
