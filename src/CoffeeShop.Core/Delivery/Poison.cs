namespace CoffeeShop.Delivery;

/// <summary>
/// Whether a message that has been delivered before may be handled once more. Trouble of the broker, the database or the
/// disk is no attempt: nobody is told of it.
/// </summary>
public sealed record Poison
{
    /// <summary>So many caught failures fail the session.</summary>
    public int FailuresMax { get; init; } = 3;

    /// <summary>So many deaths of the process fail the session. Many more, since a process may die of something else.</summary>
    public int DeathsMax { get; init; } = 50;

    /// <summary>Why the session of a message must be failed, or null when the message may be handled. Clients are told: what went wrong inside is for the log.</summary>
    /// <param name="message">The message.</param>
    /// <param name="attempts">How often it has been tried before.</param>
    public string? Judge(AttemptKey message, Attempts attempts)
    {
        var name = message.Input == default ? "a damaged message" : message.Number == 0 ? $"the end of {message.Input}" : $"{(message.Input.IsEmissions ? "message" : "batch")} {message.Number} of {message.Input}";
        if (attempts.Failed >= FailuresMax)
            return $"{name} could not be handled at {message.Queue} in {attempts.Failed} attempts.";
        var deaths = attempts.Begun - attempts.Failed;
        return deaths >= DeathsMax ? $"{name} ended the process that handled it at {message.Queue} {deaths} times." : null;
    }
}
