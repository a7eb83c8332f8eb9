using System.Diagnostics;
using CoffeeShop.Chaos;
using CoffeeShop.Cluster;
using CoffeeShop.Tests.Delivery.World;
using CoffeeShop.Tests.Monitoring;
using CoffeeShop.Tests.Workers;

namespace CoffeeShop.Tests.Chaos;

public sealed class ChaosTests
{
    [Fact]
    public void The_same_seed_is_the_same_schedule_on_every_machine_and_another_seed_is_another()
    {
        var options = new ChaosOptions(["filter", "aggregate"], [ChaosAction.Kill, ChaosAction.Pause]) { Seed = 7 };
        Assert.Equal(ChaosRound.Of(options).Take(100), ChaosRound.Of(options).Take(100));
        Assert.NotEqual(ChaosRound.Of(options).Take(100), ChaosRound.Of(options with { Seed = 8 }).Take(100));
        // Written down: a schedule that was printed once can be had again with a later version.
        Assert.Equal(
            "1 aggregate 1817811775, 2 aggregate 380574338, 3 aggregate 1202483045, 4 filter 1254700186, 5 filter 1317221126, 6 aggregate 2023836840",
            string.Join(", ", ChaosRound.Of(options with { Seed = 1, Actions = [ChaosAction.Kill] }).Take(6).Select(round => $"{round.Number} {round.Role} {round.Choice}")));
    }

    [Fact]
    public async Task A_process_is_killed_and_what_is_excluded_or_has_only_its_number_is_not()
    {
        var members = new MemoryMembers();
        using Process victim = Process.Start("sleep", "60"), excluded = Process.Start("sleep", "60"), other = Process.Start("sleep", "60");
        try
        {
            await members.ReportAsync(new MemberReport(Of(victim, "filter-1"), 1, 0));
            await members.ReportAsync(new MemberReport(Of(excluded, "filter-2"), 1, 0));
            await members.ReportAsync(new MemberReport(Of(other, "filter-3") with { ProcessStart = 1 }, 1, 0));
            List<string> told = [];
            var options = new ChaosOptions(["filter"], [ChaosAction.Kill]) { Every = TimeSpan.FromMilliseconds(1), Rounds = 3, Excluded = ["filter-2"] };
            var hits = await new ChaosRun(members, options, _ => Task.CompletedTask, told.Add, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
            await victim.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.InRange(hits, 1, 3);
            Assert.Equal(3, told.Count);
            Assert.All(told, line => Assert.DoesNotContain("filter-2", line, StringComparison.Ordinal));
            Assert.Equal((137, false, false), (victim.ExitCode, excluded.HasExited, other.HasExited));
        }
        finally
        {
            foreach (var process in (Process[])[victim, excluded, other]) process.Kill();
        }
    }

    [Fact]
    public async Task A_paused_process_goes_on_when_chaos_ends()
    {
        var members = new MemoryMembers();
        using var process = Process.Start("sleep", "60");
        try
        {
            await members.ReportAsync(new MemberReport(Of(process, "filter-1"), 1, 0));
            var isPaused = false;
            var options = new ChaosOptions(["filter"], [ChaosAction.Pause]) { Every = TimeSpan.FromMilliseconds(1), Rounds = 1, Pause = TimeSpan.FromMilliseconds(50) };
            var run = new ChaosRun(members, options, _ => Task.CompletedTask, _ => { }, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
            while (!run.IsCompleted) isPaused |= StateOf(process) == 'T';
            await run;
            Assert.True(isPaused);
            Assert.NotEqual('T', StateOf(process));
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Sessions_are_judged_by_their_bytes_and_hangs_are_wrong_but_not_one_that_nothing_has_come_of()
    {
        const int Shards = 2;
        using var folder = new TemporaryFolder();
        await using var server = new ServerUnderTest(Shards);
        var sessions = Enumerable.Range(1, 3).Select(number => WorldSession.Random(new Random(number), number, Shards, isGuilty: false)).ToList();
        var (whole, half, untouched) = (sessions[0], sessions[1], sessions[2]);
        await File.WriteAllBytesAsync(folder["expected"], whole.ExpectedBytes, TestContext.Current.CancellationToken);
        var verdict = new ChaosVerdict(server.Storage, folder["expected"]);
        await verdict.BeginAsync();
        foreach (var session in sessions) await server.OpenAsync(session);
        await server.SendAsync(whole, whole.Batches);
        await server.EndOfAsync(whole);
        Assert.Equal((1, 0), await JudgeAsync());
        await server.SendAsync(half, half.Batches.Take(half.Batches.Count / 2));
        Assert.Equal((1, 1), await JudgeAsync());

        Task<(int Right, int Wrong)> JudgeAsync() => verdict.JudgeAsync(TimeSpan.FromMilliseconds(200), _ => { }, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    private static Member Of(Process process, string name) => new(Guid.NewGuid(), "filter", name, Environment.MachineName, process.Id, ProcessClock.StartOf(process.Id)!.Value, "1");

    private static char StateOf(Process process)
    {
        var stat = File.ReadAllText($"/proc/{process.Id}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }
}
