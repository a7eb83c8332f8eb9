namespace CoffeeShop.Tests.Delivery.World;

/// <summary>Mistakes that the rules of delivery forbid. Each can be switched on in the world, which must then find out.</summary>
public enum Mutant
{
    /// <summary>The rules as they are.</summary>
    None,

    /// <summary>An owner acknowledges what it reads, before anything is committed.</summary>
    AcknowledgeBeforeCommit,

    /// <summary>An owner acknowledges what it has read before, though the first copy is not committed yet.</summary>
    DuplicateAcknowledgedBeforeItsCommit,

    /// <summary>An owner acknowledges and forgets what is committed already, and a recovery leaves it to the next message to see what is complete.</summary>
    DuplicateDroppedWithoutReevaluation,

    /// <summary>Whoever has once owned a destination may write for it.</summary>
    NoEpochCheck,

    /// <summary>The ownership row is read and not locked: it may change before the commit.</summary>
    UnlockedEpochCheck,

    /// <summary>Two joins that close at once do not exclude each other.</summary>
    UnlockedLastCloser,

    /// <summary>An input is taken as complete when its last message is missing.</summary>
    LedgerOffByOne,

    /// <summary>The shards share one ledger of a session.</summary>
    LedgerKeyWithoutShard,

    /// <summary>A query is complete when the ends of its tables are known.</summary>
    EmitBeforeComplete,

    /// <summary>An emission counts as confirmed when it is sent.</summary>
    CompletionAcknowledgedBeforeEmission,

    /// <summary>A batch of version 1 that is published again gets another number.</summary>
    Version1ResendRenumbered,

    /// <summary>The end of a table of version 1 is set while a batch of it may still be lost.</summary>
    Version1EndBeforeItsBatches,

    /// <summary>A snapshot has what is being committed, under the sequence of the last record.</summary>
    SnapshotOfUncommittedState,

    /// <summary>The resume mark rises when a batch comes, not when it can no longer be lost.</summary>
    ResumeMarkThatLeads,

    /// <summary>Nobody sums content hashes.</summary>
    NoHashSum,

    /// <summary>What the broker returned counts as published, since it was confirmed too.</summary>
    ReturnIgnored,

    /// <summary>A filter acknowledges a batch before its messages are safe.</summary>
    FilterAcknowledgesBeforeItsPublishes,

    /// <summary>Nobody says the ends of a session that stands still again.</summary>
    NoRepair,
}
