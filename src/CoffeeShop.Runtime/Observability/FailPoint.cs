using System.Diagnostics;
using CoffeeShop.Services;

namespace CoffeeShop.Observability;

/// <summary>
/// A moment at which a process can be made to die as if by <c>kill -9</c>, so that tests choose when by what has been done, and
/// not by the clock: with <c>COFFEE_FAIL_POINT=owner.committed:3</c> in the environment the process ends itself at the third
/// commit of an owner, and with <c>owner.committed:3:pause</c> it is paused there as if by <c>kill -STOP</c>, until it is sent
/// SIGCONT. Without the variable a point is a comparison. A name in <c>-ing</c> is the moment before, one in <c>-ed</c> the
/// moment after.
/// </summary>
public sealed class FailPoint
{
    /// <summary>The variable of the environment.</summary>
    public const string Variable = "COFFEE_FAIL_POINT";

    private const string Pause = "pause";

    private static readonly (string Name, long Count, bool IsPause)? Armed = Parse(Environment.GetEnvironmentVariable(Variable));

    private readonly string _name;
    private readonly bool _isArmed;
    private long _hits;

    private FailPoint(string name) => (_name, _isArmed) = (name, Armed?.Name == name);

    /// <summary>A gateway has entered a new session into the registry; its client does not know.</summary>
    public static FailPoint SessionCreated { get; } = new("gateway.session.created");

    /// <summary>A batch, or the end of a table, can no longer be lost; its client has no answer.</summary>
    public static FailPoint BatchPublished { get; } = new("gateway.batch.published");

    /// <summary>Answers are on their way to a client.</summary>
    public static FailPoint BatchAcknowledged { get; } = new("gateway.batch.acknowledged");

    /// <summary>The end of a table is in the registry, and nobody has been told.</summary>
    public static FailPoint EndSet { get; } = new("gateway.end.set");

    /// <summary>The end of a table has been told to everybody; its client has no answer.</summary>
    public static FailPoint EndPublished { get; } = new("gateway.end.published");

    /// <summary>A filter is about to publish one of the messages that a batch becomes.</summary>
    public static FailPoint FilterPublishing { get; } = new("filter.publishing");

    /// <summary>One of the messages that a batch becomes can no longer be lost.</summary>
    public static FailPoint FilterPublished { get; } = new("filter.published");

    /// <summary>All messages that a batch becomes can no longer be lost, and the filter is about to say so.</summary>
    public static FailPoint FilterAcknowledging { get; } = new("filter.acknowledging");

    /// <summary>A filter has acknowledged a batch.</summary>
    public static FailPoint FilterAcknowledged { get; } = new("filter.acknowledged");

    /// <summary>An owner is about to append a group to the journal.</summary>
    public static FailPoint OwnerCommitting { get; } = new("owner.committing");

    /// <summary>A group is in the journal, and nothing follows from it yet.</summary>
    public static FailPoint OwnerCommitted { get; } = new("owner.committed");

    /// <summary>An owner is about to acknowledge what is committed.</summary>
    public static FailPoint OwnerAcknowledging { get; } = new("owner.acknowledging");

    /// <summary>An owner has acknowledged what is committed.</summary>
    public static FailPoint OwnerAcknowledged { get; } = new("owner.acknowledged");

    /// <summary>A shard is about to emit its part of an answer.</summary>
    public static FailPoint OwnerEmitting { get; } = new("owner.emitting");

    /// <summary>A part of an answer is with its join, and its shard does not know yet.</summary>
    public static FailPoint OwnerEmitted { get; } = new("owner.emitted");

    /// <summary>A join is about to close a query.</summary>
    public static FailPoint OwnerClosing { get; } = new("owner.closing");

    /// <summary>A query is closed, and what completed it is not acknowledged.</summary>
    public static FailPoint OwnerClosed { get; } = new("owner.closed");

    /// <summary>A snapshot has taken the place of records.</summary>
    public static FailPoint OwnerSnapshotted { get; } = new("owner.snapshotted");

    /// <summary>A client has sent a batch.</summary>
    public static FailPoint ClientSent { get; } = new("client.batch.sent");

    /// <summary>A client has got an answer.</summary>
    public static FailPoint ClientAcknowledged { get; } = new("client.batch.acknowledged");

    /// <summary>A client has written a part of its result.</summary>
    public static FailPoint ClientWritten { get; } = new("client.result.written");

    /// <summary>A file is whole, and is about to get its name.</summary>
    public static FailPoint OutputRenaming { get; } = new("output.renaming");

    /// <summary>A file has its name.</summary>
    public static FailPoint OutputRenamed { get; } = new("output.renamed");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FailPoint> All { get; } =
    [
        SessionCreated, BatchPublished, BatchAcknowledged, EndSet, EndPublished,
        FilterPublishing, FilterPublished, FilterAcknowledging, FilterAcknowledged,
        OwnerCommitting, OwnerCommitted, OwnerAcknowledging, OwnerAcknowledged, OwnerEmitting, OwnerEmitted, OwnerClosing, OwnerClosed, OwnerSnapshotted,
        ClientSent, ClientAcknowledged, ClientWritten, OutputRenaming, OutputRenamed,
    ];

    /// <summary>What is wrong with the variable, or null. A test that names a point that is nowhere would pass for nothing.</summary>
    public static string? Problem => Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text || All.Any(point => point._isArmed)
        ? null
        : $"environment variable {Variable}: found \"{text}\", expected the name of a fail point and a count from 1, such as {OwnerCommitted}:3, or {OwnerCommitted}:3:{Pause} to be paused.";

    /// <summary>The moment has come.</summary>
    public void Hit()
    {
        if (_isArmed) Count();
    }

    /// <inheritdoc/>
    public override string ToString() => _name;

    private static (string Name, long Count, bool IsPause)? Parse(string? text) =>
        text?.Split(':') is [var name, var digits, .. var rest] && long.TryParse(digits, out var count) && count > 0 && rest is ([] or [Pause]) ? (name, count, rest is [Pause]) : null;

    private void Count()
    {
        var (_, count, isPause) = Armed!.Value;
        var hits = Interlocked.Increment(ref _hits);
        if (hits < count || (isPause && hits > count)) return;
        if (isPause)
        {
            // It may not be able to: the test that waits for it sees that.
            _ = NativeMethods.Send(Environment.ProcessId, Signal.Pause);
            return;
        }

        using var process = Process.GetCurrentProcess();
        process.Kill();
        // Not one step further, whatever the signal takes.
        Thread.Sleep(Timeout.Infinite);
    }
}
