using System.Globalization;
using System.Reflection;
using CoffeeShop.Storage;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Cluster;

/// <summary>
/// Reports this process every second, and looks who else of its role is alive, so that they share the destinations. What
/// cannot be reported now is reported later; nobody is taken for dead meanwhile.
/// </summary>
public sealed class Membership : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A process that misses so many reports is taken for dead, which does no harm when it is not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3.5);

    private readonly IMembers _members;
    private readonly Member _self;
    private readonly Placement? _placement;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Watched _watched;
    private readonly CancellationTokenSource _stop = new();
    private Task _reporting = Task.CompletedTask;
    private Func<(bool IsWell, long Handled)> _look = () => (true, 0);
    private long _beats;

    private Membership(IMembers members, Member self, Placement? placement, TimeProvider clock, ILogger log)
    {
        (_members, _self, _placement, _clock, _log) = (members, self, placement, clock, log);
        _watched = new Watched(Patience, clock);
    }

    /// <summary>This process.</summary>
    public Member Self => _self;

    /// <summary>How people call this process when nobody has given it a name.</summary>
    /// <param name="role">Its role.</param>
    public static string NameOf(string role) => string.Create(CultureInfo.InvariantCulture, $"{role}-{Environment.MachineName}-{Environment.ProcessId}");

    /// <summary>Joins the cluster.</summary>
    /// <param name="members">The members.</param>
    /// <param name="role">The role of this process.</param>
    /// <param name="name">How people call it.</param>
    /// <param name="placement">Gets the place of this process among those of its role; null when that does not matter.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="log">Gets who comes and goes.</param>
    /// <exception cref="StorageException">The database is in trouble.</exception>
    public static async Task<Membership> JoinAsync(IMembers members, string role, string name, Placement? placement, TimeProvider clock, ILogger log)
    {
        var self = new Member(
            Guid.NewGuid(), role, name, Environment.MachineName,
            Environment.ProcessId, ProcessClock.StartOf(Environment.ProcessId) ?? 0,
            typeof(Membership).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");
        var membership = new Membership(members, self, placement, clock, log);
        await membership.ReportAsync();
        membership._reporting = membership.RunAsync();
        return membership;
    }

    /// <summary>Says how the work of this process is seen to go on: its beats stand still while it does not.</summary>
    /// <param name="look">Whether it goes on, and how many messages have been handled.</param>
    public void Watch(Func<(bool IsWell, long Handled)> look) => _look = look;

    /// <summary>Leaves the cluster: the others take over at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reporting;
        _stop.Dispose();
        try
        {
            await _members.RemoveMemberAsync(_self.Id);
        }
        catch (StorageException e)
        {
            // The others see that it reports no more.
            _log.ReportFailed(_self.Name, e.Message);
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await ReportAsync();
                }
                catch (StorageException e)
                {
                    _watched.Miss();
                    _log.ReportFailed(_self.Name, e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It leaves.
        }
    }

    private async Task ReportAsync()
    {
        var (isWell, handled) = _look();
        if (isWell) _beats++;
        else _log.Stuck(_self.Name, handled);
        await _members.ReportAsync(new MemberReport(_self, _beats, handled));
        _watched.See(await _members.ListMembersAsync());
        if (_placement is null) return;
        var peers = _watched.Alive.Where(report => report.Member.Role == _self.Role).Select(report => report.Member.Id).ToList();
        var place = peers.IndexOf(_self.Id);
        if (place >= 0) _placement.Set(place, peers.Count);
    }
}
