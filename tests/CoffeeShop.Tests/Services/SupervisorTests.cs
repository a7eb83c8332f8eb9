using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CoffeeShop.Services;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Services;

/// <summary>Small scripts are kept running, by a clock that the tests move.</summary>
public sealed class SupervisorTests : IAsyncDisposable
{
    private const string Lives = "echo ready; while true; do sleep 0.02; done";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TemporaryFolder _folder = new();
    private readonly Supervisor _supervisor;

    public SupervisorTests() => _supervisor = new Supervisor((name, line) => _lines.Enqueue($"{name} | {line}"), _clock, NullLogger.Instance);

    [Fact]
    public async Task A_group_is_started_when_all_of_it_are_ready()
    {
        var gate = _folder["gate"];
        var started = Start(Script("a", Lives), Script("b", $"while [ ! -e {gate} ]; do sleep 0.02; done; {Lives}"));
        await Until(() => State("a") == SupervisedState.Ready);
        Assert.False(started.IsCompleted);
        Assert.Equal(SupervisedState.Starting, State("b"));
        await File.WriteAllTextAsync(gate, "", Stop);
        await started.WaitAsync(Patience, Stop);
        Assert.Equal(SupervisedState.Ready, State("b"));
    }

    [Fact]
    public async Task What_is_killed_is_started_again_at_once_and_then_after_a_pause()
    {
        await Start(Script("a", Lives)).WaitAsync(Patience, Stop);
        var first = Status("a").ProcessId!.Value;
        await Kill(first);
        await Until(() => Status("a") is { State: SupervisedState.Ready, Restarts: 1 });
        Assert.NotEqual(first, Status("a").ProcessId);

        await Kill(Status("a").ProcessId!.Value);
        await Until(() => State("a") == SupervisedState.Waiting);
        _clock.Advance(TimeSpan.FromSeconds(0.4));
        Assert.Equal((SupervisedState.Waiting, 1, (int?)null), (State("a"), Status("a").Restarts, Status("a").ProcessId));
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await Until(() => Status("a") is { State: SupervisedState.Ready, Restarts: 2 });

        // It has lived long: its death is not that of its start.
        _clock.Advance(TimeSpan.FromSeconds(30));
        await Kill(Status("a").ProcessId!.Value);
        await Until(() => Status("a") is { State: SupervisedState.Ready, Restarts: 3 });
    }

    [Fact]
    public async Task What_was_ready_once_is_started_again_whatever_its_exit_code()
    {
        await Start(Script("a", $"if [ -e {_folder["second"]} ]; then {Lives}; fi; touch {_folder["second"]}; echo ready; exit 3")).WaitAsync(Patience, Stop);
        await Until(() => Status("a") is { State: SupervisedState.Ready, Restarts: 1 });
    }

    [Fact]
    public async Task What_ends_by_itself_before_it_is_ready_fails_the_start_with_its_last_words()
    {
        var failure = await Assert.ThrowsAsync<ServiceException>(() => Start(Script("a", Lives), Script("b", "for i in $(seq 20); do echo word $i; done; exit 7")).WaitAsync(Patience, Stop));
        Assert.Equal($"b does not start: exit code 7. It said last:\n{string.Join('\n', Enumerable.Range(13, 8).Select(i => $"word {i}"))}", failure.Message);
        Assert.Equal((SupervisedState.Stopped, 0), (State("b"), Status("b").Restarts));
        failure = await Assert.ThrowsAsync<ServiceException>(() => _supervisor.StartAsync([new SupervisedProcess("c", new ChildCommand("/nowhere/to/be/found", []), Patience)]).WaitAsync(Patience, Stop));
        Assert.Equal("c does not start: /nowhere/to/be/found was not found: expected an executable.", failure.Message);
    }

    [Fact]
    public async Task A_server_whose_package_is_missing_fails_the_start_and_says_how_to_get_it()
    {
        var broker = new SupervisedRabbitMq(new RabbitMqServiceOptions(_folder["broker"]) { Programs = _folder["nothing"] });
        var failure = await Assert.ThrowsAsync<ServiceException>(() => Start(broker).WaitAsync(Patience, Stop));
        Assert.Contains("apt-get install rabbitmq-server", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_killed_before_it_is_ready_is_started_again()
    {
        await Start(Script("a", $"if [ -e {_folder["second"]} ]; then {Lives}; fi; touch {_folder["second"]}; kill -9 $$")).WaitAsync(Patience, Stop);
        Assert.Equal(1, Status("a").Restarts);
    }

    [Fact]
    public async Task The_last_group_is_stopped_first()
    {
        string Mourned(string name) => $"trap 'echo {name} ends; exit 0' TERM; {Lives}";
        await Start(Script("first", Mourned("first"))).WaitAsync(Patience, Stop);
        await Start(Script("last", $"trap 'sleep 0.3; echo last ends; exit 0' TERM; {Lives}")).WaitAsync(Patience, Stop);
        await _supervisor.StopAsync(CancellationToken.None).WaitAsync(Patience, Stop);
        Assert.Equal(["last | last ends", "first | first ends"], _lines);
        Assert.All(_supervisor.Statuses, status => Assert.Equal((SupervisedState.Stopped, null, 0), (status.State, status.ProcessId, status.Restarts)));
    }

    [Fact]
    public async Task Who_does_not_end_is_killed_after_a_while_and_at_once_when_asked_twice()
    {
        const string Deaf = $"trap '' TERM; {Lives}";
        await Start(new SupervisedProcess("a", Shell(Deaf), TimeSpan.FromMilliseconds(100))).WaitAsync(Patience, Stop);
        await _supervisor.StopAsync(CancellationToken.None).WaitAsync(Patience, Stop);
        Assert.Null(Status("a").ProcessId);

        await using var other = new Supervisor((_, _) => { }, _clock, NullLogger.Instance);
        await other.StartAsync([new SupervisedProcess("b", Shell(Deaf), TimeSpan.FromHours(1))]).WaitAsync(Patience, Stop);
        using var giveUp = new CancellationTokenSource();
        var stopping = other.StopAsync(giveUp.Token);
        await Eventually.Holds(() => other.Statuses[0].State == SupervisedState.Stopping, () => $"Found {other.Statuses[0]}, expected it to be stopping.", Patience);
        Assert.False(stopping.IsCompleted);
        await giveUp.CancelAsync();
        await stopping.WaitAsync(Patience, Stop);
        Assert.Null(other.Statuses[0].ProcessId);
    }

    [Fact]
    public async Task What_waits_to_be_started_again_is_stopped_at_once()
    {
        await Start(Script("a", "echo ready; exit 1")).WaitAsync(Patience, Stop);
        await Until(() => Status("a") is { State: SupervisedState.Waiting, Restarts: 1 });
        await _supervisor.StopAsync(CancellationToken.None).WaitAsync(Patience, Stop);
        Assert.Equal((SupervisedState.Stopped, 1), (State("a"), Status("a").Restarts));
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        _folder.Dispose();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static SupervisedProcess Script(string name, string script) => new(name, Shell(script), Patience);

    private static ChildCommand Shell(string script) => new("/bin/sh", ["-c", script]);

    private Task Start(params ISupervised[] group) => _supervisor.StartAsync(group);

    private SupervisedStatus Status(string name) => _supervisor.Statuses.Single(status => status.Name == name);

    private SupervisedState State(string name) => Status(name).State;

    private static async Task Kill(int process)
    {
        await using var kill = ChildProcess.Start(new ChildCommand("/bin/sh", ["-c", $"kill -9 {process}"]), _ => { });
        Assert.Equal(0, await kill.Exited);
    }

    private Task Until(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string expected = "") =>
        Eventually.Holds(holds, () => $"Found {string.Join(", ", _supervisor.Statuses)}, expected {expected}.\n{string.Join('\n', _lines)}", Patience);
}
