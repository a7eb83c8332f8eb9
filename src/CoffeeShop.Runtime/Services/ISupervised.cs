namespace CoffeeShop.Services;

/// <summary>Something that runs as processes of its own, and that a <see cref="Supervisor"/> keeps running.</summary>
public interface ISupervised
{
    /// <summary>How people call it.</summary>
    string Name { get; }

    /// <summary>Its process; null when none runs.</summary>
    int? ProcessId { get; }

    /// <summary>Runs it once, to its end.</summary>
    /// <param name="onLine">Gets the lines that it says, one at a time. Does not throw.</param>
    /// <param name="onReady">Is called when others may rely on it.</param>
    /// <param name="stopping">Asks it to end, and makes it end when that takes too long.</param>
    /// <param name="killing">Makes it end at once.</param>
    /// <returns>The exit code; 128 + signal when it was killed.</returns>
    /// <exception cref="ServiceException">It cannot be started.</exception>
    Task<int> RunAsync(Action<string> onLine, Action onReady, CancellationToken stopping, CancellationToken killing);
}
