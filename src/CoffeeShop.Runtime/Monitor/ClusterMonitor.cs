using CoffeeShop.Cluster;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Monitoring;

/// <summary>
/// Watches the members of a cluster, and brings back those whose beats stand still: dead ones, and those that hang. There may be
/// several; one leads. While the database or the broker is itself in trouble nobody is taken for dead, and time begins anew
/// afterwards.
/// </summary>
public sealed class ClusterMonitor
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IMembers _members;
    private readonly Func<Task<bool>> _isBrokerWell;
    private readonly IReviver _reviver;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly string _name;
    private readonly Watched _watched;
    private readonly Lead _lead;
    private readonly Dictionary<string, Revival> _revivals = [];

    /// <summary>Prepares a monitor.</summary>
    /// <param name="members">The members.</param>
    /// <param name="self">This monitor among them.</param>
    /// <param name="isBrokerWell">Whether the broker answers.</param>
    /// <param name="reviver">Brings members back.</param>
    /// <param name="patience">How long beats may stand still.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="log">Gets the verdicts.</param>
    public ClusterMonitor(IMembers members, Member self, Func<Task<bool>> isBrokerWell, IReviver reviver, TimeSpan patience, TimeProvider clock, ILogger log)
    {
        (_members, _isBrokerWell, _reviver, _clock, _log, _name) = (members, isBrokerWell, reviver, clock, log, self.Name);
        _watched = new Watched(patience, clock);
        _lead = new Lead(members, self.Id, patience, clock);
    }

    /// <summary>Whether this monitor leads.</summary>
    public bool Leads => _lead.Own is not null;

    /// <summary>Watches until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) await LookAsync();
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    /// <summary>Looks once, and brings back whoever needs it.</summary>
    public async Task LookAsync()
    {
        try
        {
            if (!await _isBrokerWell()) throw new TroubleException("The broker does not answer.");
            var led = Leads;
            await _lead.HoldAsync();
            if (Leads && !led) _log.Leads(_name, _lead.Own!.Epoch);
            else if (led && !Leads) _log.LeadLost(_name);
            _watched.See(await _members.ListMembersAsync());
            if (!Leads) return;
            // Servers are looked after by whoever started them.
            foreach (var dead in _watched.Dead.Where(dead => dead.Member.Role is not (Roles.Broker or Roles.Database))) await BringBackAsync(dead.Member);
        }
        catch (Exception e) when (e is StorageException or TroubleException)
        {
            _watched.Miss();
            _lead.Miss();
            _log.LookFailed(e.Message);
        }
    }

    private async Task BringBackAsync(Member member)
    {
        // A name has one process at a time: when another is there already, only the report of the dead one is left.
        if (_watched.Alive.Any(alive => alive.Member.Role == member.Role && alive.Member.Name == member.Name))
        {
            await _members.RemoveMemberAsync(member.Id);
            return;
        }

        if (!_revivals.TryGetValue(member.Name, out var revival)) _revivals[member.Name] = revival = new Revival(_clock);
        if (!revival.IsDue) return;
        _log.MemberDead(member.Name, member.Role, member.Host, member.ProcessId);
        var attempt = revival.Begin();
        try
        {
            await _reviver.ReviveAsync(member);
            _log.Revived(member.Name, _reviver.Name, attempt);
            // It reports itself again, under a new id when it is a new process.
            await _members.RemoveMemberAsync(member.Id);
        }
        catch (ReviveException e)
        {
            _log.NotRevived(member.Name, attempt, revival.Pause.TotalSeconds, e.Message);
        }
    }

    private sealed class TroubleException(string message) : Exception(message);

    /// <summary>How often a member has been brought back of late: one that keeps dying waits longer each time.</summary>
    private sealed class Revival(TimeProvider clock)
    {
        private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(5);
        private static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(2);
        private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

        private long _at;
        private int _attempts;

        /// <summary>How long the next attempt waits.</summary>
        public TimeSpan Pause { get; private set; }

        public bool IsDue => _attempts == 0 || clock.GetElapsedTime(_at) >= Pause;

        public int Begin()
        {
            if (_attempts > 0 && clock.GetElapsedTime(_at) >= Forgotten) _attempts = 0;
            Pause = _attempts == 0 ? PauseMin : TimeSpan.FromTicks(Math.Min(2 * Pause.Ticks, PauseMax.Ticks));
            _at = clock.GetTimestamp();
            return ++_attempts;
        }
    }
}
