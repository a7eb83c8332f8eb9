namespace CoffeeShop.Delivery;

/// <summary>
/// What a stage of the data path gets from the one before it: one numbered message of an input. Its number and hash are those
/// of the batch it comes from, at every stage, so that every ledger can judge it.
/// </summary>
/// <param name="Session">The session it belongs to.</param>
/// <param name="Input">What its number counts.</param>
/// <param name="Kind">What its body is.</param>
/// <param name="Number">Its number from 1; of <see cref="MessageKind.End"/>, the last number K.</param>
/// <param name="Hash">The content hash of the batch; of <see cref="MessageKind.End"/>, the sum of all.</param>
/// <param name="Body">What it carries.</param>
public sealed record Message(SessionId Session, Input Input, MessageKind Kind, long Number, ulong Hash, ReadOnlyMemory<byte> Body);

/// <summary>What the body of a message is.</summary>
public enum MessageKind
{
    /// <summary>The columnar rows of a batch of a table: from gateways to filters, and of dimension tables to joins.</summary>
    Batch,

    /// <summary>The partial aggregates of a batch for one shard, of every query that accumulates its table.</summary>
    Partials,

    /// <summary>The rows that a row query passes on from a batch, to its join.</summary>
    Rows,

    /// <summary>What a shard emits for a query, to its join. There are as many as there are shards.</summary>
    Emission,

    /// <summary>The end of a table: nothing is carried.</summary>
    End,
}
