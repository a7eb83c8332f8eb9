namespace CoffeeShop.Storage.Postgres;

/// <summary>
/// The statements that hold others off until the transaction ends. Every transaction takes them in this order: its one
/// ownership row, then rows of sessions by id, then rows that hang on those; so none waits in a circle.
/// </summary>
/// <remarks>
/// An append and the end of a session must exclude each other, but the appends of many owners must not.
/// <c>FOR KEY SHARE</c> is the weakest lock, which appends share with each other and with the foreign keys. A plain
/// <c>UPDATE</c> of the state would not conflict with it: whoever changes the state or closes a query says
/// <c>FOR UPDATE</c> first, which does. Nobody updates the row of an open session otherwise.
/// Tests replace a statement to show that each is needed.
/// </remarks>
internal sealed record Locks
{
    /// <summary>Finds the ownership row of a destination, if it is at an epoch. While it is held, nobody takes over.</summary>
    public string Claim { get; init; } = "SELECT 1 FROM ownership WHERE destination = $1 AND epoch = $2 FOR SHARE";

    /// <summary>Finds those of some sessions that are open, in the order of their ids. While they are held, their states stay.</summary>
    public string Open { get; init; } = "SELECT id FROM session WHERE id = ANY ($1) AND state = 0 ORDER BY id FOR KEY SHARE";

    /// <summary>Finds a session, if it is open. While it is held, nothing is added to it by others.</summary>
    public string Alone { get; init; } = "SELECT id FROM session WHERE id = $1 AND state = 0 FOR UPDATE";
}
