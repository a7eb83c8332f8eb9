namespace CoffeeShop.Delivery;

/// <summary>The state of a session. It leaves <see cref="Open"/> once.</summary>
public enum SessionState
{
    /// <summary>Batches are taken in and answers are not whole yet.</summary>
    Open,

    /// <summary>Every pinned query has answered; nothing is added any more.</summary>
    Complete,

    /// <summary>It cannot be completed, for the reason in its record.</summary>
    Failed,

    /// <summary>Its client gave it up.</summary>
    Cancelled,

    /// <summary>Nothing happened in it for too long.</summary>
    Expired,
}
