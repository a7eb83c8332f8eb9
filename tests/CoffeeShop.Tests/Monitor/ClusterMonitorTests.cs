using System.Diagnostics;
using CoffeeShop.Cluster;
using CoffeeShop.Monitoring;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Monitoring;

public sealed class ClusterMonitorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3.5);

    private readonly FakeTimeProvider _clock = new();
    private readonly MemoryMembers _members = new();
    private readonly Revived _reviver = new();
    private readonly Dictionary<string, long> _beats = [];
    private bool _isBrokerWell = true;

    [Fact]
    public async Task Whoever_stands_still_is_brought_back_and_whoever_goes_on_is_left_alone()
    {
        var monitor = NewMonitor("monitor-1");
        var (dead, alive) = (NewMember("filter-1"), NewMember("filter-2"));
        await Beat(dead, alive);
        for (var second = 0; second < 10; second++)
        {
            await Beat(alive);
            await Look(monitor);
        }

        Assert.Equal(["filter-1"], _reviver.Names);
    }

    [Fact]
    public async Task Trouble_of_the_database_or_the_broker_is_no_verdict_and_time_begins_anew()
    {
        var monitor = NewMonitor("monitor-1");
        await Beat(NewMember("filter-1"));
        await Look(monitor);
        for (var second = 0; second < 20; second++)
        {
            (_members.IsInTrouble, _isBrokerWell) = (second < 10, second < 5);
            await Look(monitor);
        }

        _isBrokerWell = true;
        for (var second = 0; second < 3; second++) await Look(monitor);
        Assert.Empty(_reviver.Names);
        for (var second = 0; second < 3; second++) await Look(monitor);
        Assert.Equal(["filter-1"], _reviver.Names);
    }

    [Fact]
    public async Task One_monitor_leads_and_another_takes_over_within_five_seconds_when_it_dies()
    {
        var (first, second) = (NewMonitor("monitor-1"), NewMonitor("monitor-2"));
        for (var i = 0; i < 8; i++) await Look(first, second);
        Assert.Equal((true, false), (first.Leads, second.Leads));
        var dead = NewMember("filter-1");
        await Beat(dead);
        var waited = 0;
        for (; !second.Leads; waited++) await Look(second);
        Assert.InRange(waited, 3, 5);
        // The first comes back from a pause: it has lost the lead, and revives nobody.
        await Look(first);
        Assert.Equal((false, true), (first.Leads, second.Leads));
        while (_reviver.Names.Count == 0) await Look(second);
        await Look(first, second);
        Assert.Equal(["filter-1"], _reviver.Names);
    }

    [Fact]
    public async Task A_member_that_keeps_dying_waits_longer_each_time()
    {
        var monitor = NewMonitor("monitor-1");
        List<int> at = [];
        var dying = NewMember("filter-1");
        await Beat(dying);
        for (var second = 0; second < 60; second++)
        {
            await Look(monitor);
            if (_reviver.Names.Count == at.Count) continue;
            at.Add(second);
            // A new process with the same name that dies at once.
            await Beat(NewMember("filter-1"));
        }

        var pauses = at.Zip(at.Skip(1), (one, next) => next - one).ToList();
        Assert.True(pauses.Count >= 2);
        Assert.Equal(pauses.Order(), pauses);
        Assert.True(pauses[^1] >= 2 * pauses[0], string.Join(' ', pauses));
    }

    [Fact]
    public async Task A_report_of_a_dead_process_whose_successor_lives_is_removed_and_nobody_is_brought_back()
    {
        var monitor = NewMonitor("monitor-1");
        var (old, successor) = (NewMember("filter-1"), NewMember("filter-1"));
        await Beat(old);
        for (var second = 0; second < 8; second++)
        {
            await Beat(successor);
            await Look(monitor);
        }

        Assert.Empty(_reviver.Names);
        Assert.Equal([successor], (await _members.ListMembersAsync()).Select(report => report.Member));
    }

    [Fact]
    public async Task A_process_that_has_only_the_number_of_a_dead_one_is_not_ended()
    {
        using var sleeping = Process.Start("sleep", "60");
        var start = ProcessClock.StartOf(sleeping.Id)!.Value;
        var member = NewMember("filter-1") with { Host = Environment.MachineName, ProcessId = sleeping.Id, ProcessStart = start - 1 };
        await new LocalReviver().ReviveAsync(member);
        Assert.False(sleeping.HasExited);
        await new LocalReviver().ReviveAsync(member with { ProcessStart = start });
        await sleeping.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(137, sleeping.ExitCode);
        // Again: there is nothing left to end.
        await new LocalReviver().ReviveAsync(member with { ProcessStart = start });
    }

    [Fact]
    public async Task An_operators_command_gets_the_name_and_tells_when_it_fails()
    {
        using var folder = new TemporaryFolder();
        await new CommandReviver($"echo {{id}} {{role}} >> {folder["revived"]}").ReviveAsync(NewMember("filter-1"));
        Assert.Equal("filter-1 filter\n", await File.ReadAllTextAsync(folder["revived"], TestContext.Current.CancellationToken));
        var failure = await Assert.ThrowsAsync<ReviveException>(() => new CommandReviver("echo no such thing >&2; exit 3").ReviveAsync(NewMember("filter-1")));
        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no such thing", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ReviveException>(() => new CommandReviver("echo {id}").ReviveAsync(NewMember("$(touch x)")));
    }

    private static Member NewMember(string name) => new(Guid.NewGuid(), name.Split('-')[0], name, "elsewhere", 1, 1, "1");

    private ClusterMonitor NewMonitor(string name) => new(_members, NewMember(name), () => Task.FromResult(_isBrokerWell), _reviver, Patience, _clock, NullLogger.Instance);

    private async Task Beat(params Member[] members)
    {
        foreach (var member in members) await _members.ReportAsync(new MemberReport(member, _beats[member.Name] = _beats.GetValueOrDefault(member.Name) + 1, 0));
    }

    /// <summary>A second passes, and the monitors look.</summary>
    private async Task Look(params ClusterMonitor[] monitors)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var monitor in monitors) await monitor.LookAsync();
    }

    private sealed class Revived : IReviver
    {
        public List<string> Names { get; } = [];

        public string Name => "test";

        public Task ReviveAsync(Member member)
        {
            Names.Add(member.Name);
            return Task.CompletedTask;
        }
    }
}
