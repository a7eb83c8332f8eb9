using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Observability;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>The input and output of an owner, as long as its claim lasts. One thing at a time; only emissions go on beside.</summary>
internal sealed class OwnedDestination(Claim claim, IBus bus, IStorage storage, SessionPins pins, OwnerOptions options, Suspicion suspicion, ILogger log)
{
    private readonly Owner<BusDelivery> _owner = new(claim.Destination, options);
    private readonly Channel<(Emission Emission, Exception? Failure)> _outcomes = Channel.CreateUnbounded<(Emission, Exception?)>();

    /// <summary>Outcomes of emissions, for <see cref="ConfirmAsync"/>.</summary>
    public ChannelReader<(Emission Emission, Exception? Failure)> Outcomes => _outcomes.Reader;

    /// <summary>The sessions of which something is in memory.</summary>
    public IReadOnlyCollection<SessionId> Sessions => _owner.Sessions;

    private string Name => claim.Destination.ToString();

    /// <summary>Makes the state from the journal, and answers or emits what is complete.</summary>
    public async Task RecoverAsync()
    {
        var journal = await storage.ReadJournalAsync(claim);
        var work = _owner.Recover(journal);
        log.Recovered(Name, claim.Epoch, journal.Count);
        // What is emitted now may have ended the join that it came to before, and this process with it.
        await DoAsync(work, isRepeated: true);
    }

    /// <summary>Handles the deliveries that are there, as one group.</summary>
    /// <returns>How many.</returns>
    public async Task<int> HandleAsync(ChannelReader<BusDelivery> deliveries)
    {
        var count = 0;
        for (; !_owner.IsFull && deliveries.TryRead(out var delivery); count++) await AdmitAsync(delivery);
        await CommitAsync();
        return count;
    }

    /// <summary>Takes in what has become of emissions.</summary>
    public Task ConfirmAsync()
    {
        while (_outcomes.Reader.TryRead(out var outcome))
        {
            // Whether the join has it is unknown: whoever begins anew emits it again.
            if (outcome.Failure is { } failure) return Task.FromException(failure);
            Acknowledge(_owner.Confirm(outcome.Emission));
        }

        return Task.CompletedTask;
    }

    /// <summary>Drops the sessions that have ended.</summary>
    public async Task LookForEndedAsync()
    {
        SessionId[] asked = [.. _owner.Sessions];
        if (asked.Length > 0) Acknowledge(_owner.Keep(asked, await storage.FindOpenAsync(asked)));
    }

    private async ValueTask AdmitAsync(BusDelivery delivery)
    {
        Message? message = null;
        if (!Try(() => message = delivery.Open()))
        {
            await AdmitAloneAsync(delivery, delivery.Unopened(), () => delivery.Open());
            return;
        }

        if (message is null)
        {
            log.LeftForeign(delivery.Message.Session, Name);
            return;
        }

        if (log.IsEnabled(LogLevel.Debug)) log.Received(message.Session, $"{message.Input}", message.Number, WorkerLog.Sender(message), Name);
        if (!_owner.Holds(message.Session))
        {
            if (await pins.FindAsync(message.Session) is not { } pin)
            {
                delivery.Acknowledge();
                return;
            }

            _owner.Open(message.Session, pin);
        }

        var isSuspect = delivery.IsRedelivered && !_owner.Contains(message);
        if (isSuspect || !Try(() => _owner.Admit(message, delivery)))
            await AdmitAloneAsync(delivery, message, () => _owner.Admit(message, delivery));
    }

    /// <summary>False when it fails: then it is tried again, and counted.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a message brings about, only its session may fail of it; the second attempt tells what it was.")]
    private static bool Try(Action handle)
    {
        try
        {
            handle();
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>A message under suspicion: what is in hand is committed first, and the message by itself.</summary>
    private async Task AdmitAloneAsync(BusDelivery delivery, Message message, Action admit)
    {
        await CommitAsync();
        if (await suspicion.HandleAsync(message, admit, CommitAsync)) return;
        Acknowledge(_owner.End(message.Session));
        delivery.Acknowledge();
    }

    private async Task CommitAsync()
    {
        if (_owner.Admissions == 0) return;
        var messages = _owner.Admissions;
        var append = _owner.Seal();
        var notOpen = append.IsEmpty ? new HashSet<SessionId>() : await AppendAsync(append);
        log.Committed(Name, messages, append.Records.Count);
        await DoAsync(_owner.Commit(append, notOpen));
    }

    /// <summary>Appends a group. Whatever contradicts the journal fails its session, and the others go on without it.</summary>
    private async Task<IReadOnlySet<SessionId>> AppendAsync(Append append)
    {
        while (true)
        {
            try
            {
                FailPoint.OwnerCommitting.Hit();
                var notOpen = await storage.AppendAsync(claim, append.Records, append.Chunks);
                FailPoint.OwnerCommitted.Hit();
                return notOpen;
            }
            catch (StorageException e) when (e.Guilty is { } guilty)
            {
                // Once it has ended, the next attempt leaves it out.
                await FailAsync(guilty, e);
            }
        }
    }

    /// <summary>Writes what concerns one session alone. When that contradicts what is there, the session fails of it and no other.</summary>
    private async Task WriteAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (StorageException e) when (e.Guilty is { } guilty)
        {
            await FailAsync(guilty, e);
            Acknowledge(_owner.End(guilty));
        }
    }

    private async Task FailAsync(SessionId guilty, StorageException e)
    {
        if (await storage.EndSessionAsync(guilty, SessionState.Failed, $"Its journal at {Name} contradicts itself; the log of the server says how."))
            log.SessionFailed(guilty, Name, e.Message);
    }

    private async Task DoAsync(OwnerWork<BusDelivery> work, bool isRepeated = false)
    {
        Acknowledge(work.Acknowledge);
        foreach (var fault in work.Faults)
        {
            if (await storage.EndSessionAsync(fault.Session, SessionState.Failed, fault.Reason)) log.SessionFailed(fault.Session, Name, fault.Cause is null ? fault.Reason : $"{fault.Reason} {fault.Cause}");
            Acknowledge(_owner.End(fault.Session));
        }

        foreach (var emission in work.Emissions)
        {
            log.Emitting(emission.Message.Session, emission.Query, Name, emission.Message.Body.Length);
            _ = EmitAsync(emission, isRepeated);
        }

        foreach (var closing in work.Closings) await WriteAsync(() => CloseAsync(closing));
        foreach (var snapshot in work.Snapshots) await WriteAsync(() => SnapshotAsync(snapshot));
    }

    private async Task CloseAsync(Closing closing)
    {
        FailPoint.OwnerClosing.Hit();
        if (await storage.CloseQueryAsync(claim, closing.Session, closing.Answer, closing.Chunks))
            log.Closed(closing.Session, closing.Answer.Query, closing.Answer.Rows, closing.Answer.Bytes);
        FailPoint.OwnerClosed.Hit();
        Acknowledge(_owner.Close(closing));
    }

    private async Task SnapshotAsync(Snapshot snapshot)
    {
        await storage.SnapshotAsync(claim, snapshot.Session, snapshot.Sequence, snapshot.Bytes);
        FailPoint.OwnerSnapshotted.Hit();
        log.Snapshotted(snapshot.Session, Name, snapshot.Sequence, snapshot.Bytes.Length);
    }

    /// <summary>An emission is safe only when its join has committed it: the owner goes on with other messages meanwhile.</summary>
    private async Task EmitAsync(Emission emission, bool isRepeated)
    {
        Exception? failure = null;
        try
        {
            FailPoint.OwnerEmitting.Hit();
            await bus.PublishAsync(emission.Destination, emission.Message, emission.Shards, isRepeated);
            FailPoint.OwnerEmitted.Hit();
        }
        catch (Exception e)
        {
            failure = e;
        }

        _outcomes.Writer.TryWrite((emission, failure));
    }

    private static void Acknowledge(IReadOnlyList<BusDelivery> deliveries)
    {
        if (deliveries.Count == 0) return;
        FailPoint.OwnerAcknowledging.Hit();
        foreach (var delivery in deliveries) delivery.Acknowledge();
        FailPoint.OwnerAcknowledged.Hit();
    }
}
