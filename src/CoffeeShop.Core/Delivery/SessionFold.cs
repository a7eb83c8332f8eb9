using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>What a message is to a destination.</summary>
public enum Verdict
{
    /// <summary>It counts. It has been entered in the ledger, and must be folded once it is committed.</summary>
    New,

    /// <summary>It has been counted before.</summary>
    Duplicate,

    /// <summary>The session cannot be completed any more.</summary>
    Fault,
}

/// <summary>
/// The state of one session at one destination: the ledgers of its inputs, and what the messages have been folded into. The
/// ledgers include what is being committed and the folded state does not: it is in step whenever nothing is under way,
/// and whoever fails to commit drops it all.
/// </summary>
public abstract class SessionFold
{
    private protected SessionFold(SessionId session, SessionPin pin) => (Session, Pin) = (session, pin);

    /// <summary>The session.</summary>
    public SessionId Session { get; }

    /// <summary>What is settled for it.</summary>
    public SessionPin Pin { get; }

    /// <summary>Why the session cannot be completed any more, or null.</summary>
    public SessionFault? Fault { get; private set; }

    /// <summary>The queries that are answered or emitted here.</summary>
    public abstract IReadOnlyList<Query> Queries { get; }

    /// <summary>Whether there is a state to be kept in snapshots.</summary>
    public virtual bool HasSnapshot => true;

    /// <summary>The state of a session that nothing has come of.</summary>
    /// <param name="destination">The destination.</param>
    /// <param name="session">The session.</param>
    /// <param name="pin">What is settled for it.</param>
    public static SessionFold New(Destination destination, SessionId session, SessionPin pin)
    {
        if (destination.Kind == DestinationKind.Shard) return new ShardFold(session, pin);
        return QueryRegistry.All.Single(query => query.Id == destination.Number) switch
        {
            RowQuery query => new RowsFold(query, session, pin),
            AggregateQuery query => new JoinFold(query, session, pin),
            var query => throw new NotSupportedException($"{query.Name} has no join."),
        };
    }

    /// <summary>Whether an input decides when a query is complete here.</summary>
    /// <param name="query">One of <see cref="Queries"/>.</param>
    /// <param name="input">The input.</param>
    public abstract bool Needs(Query query, Input input);

    /// <summary>Whether all inputs of a query have been applied.</summary>
    /// <param name="query">One of <see cref="Queries"/>.</param>
    public bool IsComplete(Query query) => Ledgers.Where(ledger => Needs(query, ledger.Input)).All(ledger => ledger.IsComplete);

    /// <summary>Whether a message is known already, as far as its number tells.</summary>
    /// <param name="message">The message.</param>
    public bool Contains(Message message) => Ledgers.FirstOrDefault(ledger => ledger.Input == message.Input) is { } ledger
        && (message.Kind == MessageKind.End ? ledger.HasSameEnd(EndOf(message)) : ledger.Contains(message.Number));

    /// <summary>Judges a message by the ledger and enters it there when it is new. What has been folded stays as it is.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="InvalidDataException">The message is damaged or in the wrong place; nothing has changed.</exception>
    public Verdict Judge(Message message)
    {
        if (Fault is not null) return Verdict.Fault;
        var ledger = Ledgers.FirstOrDefault(ledger => ledger.Input == message.Input)
            ?? throw new InvalidDataException($"Messages of the {message.Input} do not belong here.");
        var isNew = message.Kind == MessageKind.End ? JudgeEnd(ledger, message) : JudgeContent(ledger, message);
        if (Fault is null && ledger.Contradiction is { } reason) Fail(reason);
        return Fault is not null ? Verdict.Fault : isNew ? Verdict.New : Verdict.Duplicate;
    }

    /// <summary>Folds a message that was judged new, once it is committed.</summary>
    /// <param name="message">The message.</param>
    public void Fold(Message message)
    {
        if (message.Kind == MessageKind.End) return;
        try
        {
            FoldContent(message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Every copy of the message would fail the same way, wherever it is folded: it fails its session and no other.
            Fail($"{message.Input}, message {message.Number}: it could not be added to what had come before.", e.Message);
        }
    }

    /// <summary>Writes the state in canonical form. Nothing may be under way.</summary>
    /// <param name="writer">Gets the bytes.</param>
    public void Write(StateWriter writer)
    {
        foreach (var ledger in Ledgers) ledger.Write(writer);
        WriteState(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote into a new fold.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no such state.</exception>
    public void Read(ref StateReader reader)
    {
        foreach (var ledger in Ledgers) ledger.Read(ref reader);
        ReadState(ref reader);
        if (!reader.IsAtEnd) throw new InvalidDataException("More than the state was there.");
    }

    /// <summary>The ledgers, in the order in which they are written.</summary>
    private protected abstract IReadOnlyList<Ledger> Ledgers { get; }

    /// <summary>What messages of an input carry here.</summary>
    private protected abstract MessageKind KindOf(Input input);

    /// <summary>Looks whether the body of a message can be folded, and changes nothing.</summary>
    /// <exception cref="InvalidDataException">It cannot.</exception>
    private protected abstract void CheckBody(Message message);

    private protected abstract void FoldContent(Message message);

    private protected abstract void WriteState(StateWriter writer);

    private protected abstract void ReadState(ref StateReader reader);

    private static TableEnd EndOf(Message message) => new(message.Number, message.Hash);

    private bool JudgeEnd(Ledger ledger, Message message)
    {
        if (ledger.Input.IsEmissions || message.Number < 0) throw new InvalidDataException($"The end of the {message.Input} at {message.Number} makes no sense.");
        var outcome = ledger.SetEnd(EndOf(message));
        if (outcome == EndOutcome.Conflict) Fail($"{message.Input}: two different ends have come, the later one with {message.Number} as the last number and the hash sum {message.Hash:x16}.");
        return outcome == EndOutcome.Set;
    }

    private bool JudgeContent(Ledger ledger, Message message)
    {
        if (message.Kind != KindOf(message.Input) || message.Number < 1)
            throw new InvalidDataException($"Message {message.Number} of the {message.Input} is of kind {message.Kind}, expected {KindOf(message.Input)} from 1.");
        if (ledger.Contains(message.Number)) return false;
        CheckBody(message);
        return ledger.Apply(message.Number, message.Hash);
    }

    private void Fail(string reason, string? cause = null) => Fault ??= new SessionFault(Session, reason, cause);
}
