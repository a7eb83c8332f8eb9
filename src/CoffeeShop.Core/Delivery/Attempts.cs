namespace CoffeeShop.Delivery;

/// <summary>A message at the place where it is handled.</summary>
/// <param name="Session">Its session.</param>
/// <param name="Queue">The name of the queue it came from.</param>
/// <param name="Input">Its input.</param>
/// <param name="Number">Its number in the input; 0 for the end of the input.</param>
public sealed record AttemptKey(SessionId Session, string Queue, Input Input, long Number);

/// <summary>How often a message has been tried.</summary>
/// <param name="Begun">How often its handling began.</param>
/// <param name="Failed">How often that ended in a failure that was caught; the others ended with the process.</param>
public readonly record struct Attempts(int Begun, int Failed);
