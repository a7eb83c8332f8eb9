namespace CoffeeShop.Bus;

/// <summary>
/// The broker is not one to work with: it is not there, does not let us in, is too old, or its queues are others. The message
/// says what was found, where, what was expected and what to do.
/// </summary>
/// <param name="message">The message.</param>
/// <param name="inner">The cause, if it is known.</param>
public sealed class BusSetupException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What was expected to be there and is not; null when something else is wrong.</summary>
    public string? Missing { get; init; }

    /// <summary>Whether it may pass by itself: nobody answers, or the broker is starting or stopping.</summary>
    public bool IsPassing { get; init; }
}
