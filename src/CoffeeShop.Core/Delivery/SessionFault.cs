namespace CoffeeShop.Delivery;

/// <summary>A session cannot be completed any more.</summary>
/// <param name="Session">The session.</param>
/// <param name="Reason">Why, for people: what was found, in which input, what was expected.</param>
/// <param name="Cause">What went wrong inside, for the log alone, or null.</param>
public sealed record SessionFault(SessionId Session, string Reason, string? Cause = null);
