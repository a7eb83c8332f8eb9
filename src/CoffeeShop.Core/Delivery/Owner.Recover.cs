using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>State is what snapshot and journal make of it, through the same ledger that judged the messages the first time.</summary>
public sealed partial class Owner<TTag>
{
    /// <summary>Makes the state of every open session that the journal knows, and answers or emits what is complete.</summary>
    /// <param name="journal">What the journal holds of this destination.</param>
    /// <returns>What there is to do; there is nothing to acknowledge. A session whose journal is damaged is among the faults, and is not held.</returns>
    public OwnerWork<TTag> Recover(IEnumerable<JournaledSession> journal)
    {
        var work = new OwnerWork<TTag>();
        foreach (var session in journal)
        {
            if (TryRestore(session, work) is not { } held) continue;
            _sessions.Add(session.Session, held);
            if (held.Fold.Fault is { } fault) work.Add(fault);
            else Complete(held, [], work);
        }

        return work;
    }

    /// <summary>Null when the journal of the session is damaged, whatever that brings about: no other session has part in it.</summary>
    private HeldSession<TTag>? TryRestore(JournaledSession session, OwnerWork<TTag> work)
    {
        try
        {
            return Restore(session);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            work.Add(new SessionFault(session.Session, $"Its journal at {destination} is damaged; the log of the server says how.", e.Message));
            return null;
        }
    }

    private HeldSession<TTag> Restore(JournaledSession session)
    {
        var fold = SessionFold.New(destination, session.Session, session.Pin);
        var held = new HeldSession<TTag>(fold);
        if (session.SnapshotSequence > 0)
        {
            var reader = new StateReader(session.Snapshot.Span);
            fold.Read(ref reader);
        }

        held.Restored(session.SnapshotSequence, session.Snapshot.Length);
        foreach (var chunk in session.Rows)
        {
            if (fold is not RowsFold rows || !rows.Restore(chunk)) throw new InvalidDataException($"Chunk {chunk.Number} is there twice, or belongs to another query.");
        }

        foreach (var record in session.Records)
        {
            if (record.Sequence != held.Sequence + 1) throw new InvalidDataException($"Record {record.Sequence} follows record {held.Sequence}.");
            foreach (var message in MessageCodec.Read(record))
            {
                // The ledger let it pass when it was appended, and must again: what overlaps has been written by two.
                var verdict = fold.Judge(message);
                if (verdict == Verdict.Duplicate) throw new InvalidDataException($"Message {message.Number} of the {message.Input} in record {record.Sequence} had been applied before.");
                if (verdict == Verdict.New) fold.Fold(message);
            }

            held.Appended(record.Bytes.Length);
        }

        if (session.IsClosed)
            foreach (var query in fold.Queries) held.Finish(query.Id);
        return held;
    }
}
