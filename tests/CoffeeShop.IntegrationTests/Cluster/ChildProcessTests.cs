using System.Collections.Concurrent;
using System.Diagnostics;
using CoffeeShop.Services;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>What children of this process keep to.</summary>
public sealed class ChildProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task All_lines_come_before_the_exit_code()
    {
        var lines = new ConcurrentQueue<string>();
        await using var child = Shell("for i in $(seq 1000); do echo out $i; echo err $i >&2; done; exit 7", lines.Enqueue);
        Assert.Equal(7, await child.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => $"out {i}"), lines.Where(line => line.StartsWith("out", StringComparison.Ordinal)));
        Assert.Equal(2000, lines.Count);
    }

    [Fact]
    public async Task The_end_is_asked_for_and_then_made()
    {
        var ready = new TaskCompletionSource();
        await using var willing = Shell("trap 'exit 3' TERM; echo ready; while true; do sleep 0.05; done", _ => ready.TrySetResult());
        await ready.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(3, await willing.StopAsync(Patience));

        ready = new TaskCompletionSource();
        await using var deaf = Shell("trap '' TERM; echo ready; while true; do sleep 0.05; done", _ => ready.TrySetResult());
        await ready.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(128 + (int)Signal.Kill, await deaf.StopAsync(TimeSpan.FromMilliseconds(100)));
        Assert.False(deaf.Send(Signal.Kill));
    }

    [Fact]
    public async Task The_id_is_that_of_the_executable_and_its_environment_is_what_was_said()
    {
        var said = new TaskCompletionSource<string>();
        await using var child = ChildProcess.Start(
            new ChildCommand("/bin/sh", ["-c", "echo $$ $GIVEN $PWD"]) { Environment = new Dictionary<string, string?> { ["GIVEN"] = "given" }, Folder = "/" }, line => said.TrySetResult(line));
        Assert.Equal($"{child.Id} given /", await said.Task.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_missing_executable_is_told_by_its_name() =>
        Assert.Contains("/nowhere/to/be/found", Assert.Throws<ServiceException>(() => ChildProcess.Start(new ChildCommand("/nowhere/to/be/found", []), _ => { })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_thread_that_started_a_child_may_end()
    {
        ChildProcess? child = null;
        var thread = new Thread(() => child = Shell("sleep 60", _ => { }));
        thread.Start();
        thread.Join();
        await using var started = child!;
        // A signal of the kernel would have come with the end of the thread, before another process can be started and end.
        await using (var other = Shell("exit 0", _ => { })) await other.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(Process.GetProcessById(started.Id).HasExited);
    }

    private static ChildProcess Shell(string script, Action<string> onLine) => ChildProcess.Start(new ChildCommand("/bin/sh", ["-c", script]), onLine);
}
