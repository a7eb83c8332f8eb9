namespace CoffeeShop;

/// <summary>The input cannot be accepted as it is. One recovers by mending what the message names; the exit code is 3.</summary>
public sealed class InputException : Exception
{
    /// <summary>One problem.</summary>
    /// <param name="message">What was found, where, what was expected.</param>
    public InputException(string message) : this([message])
    {
    }

    /// <summary>All problems at once, so that they can be mended at once.</summary>
    /// <param name="problems">A message for each: what was found, where, what was expected.</param>
    public InputException(IReadOnlyList<string> problems) : base(string.Join('\n', problems)) => Problems = problems;

    /// <summary>A message for each problem.</summary>
    public IReadOnlyList<string> Problems { get; }
}
