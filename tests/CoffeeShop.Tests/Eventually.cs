namespace CoffeeShop.Tests;

/// <summary>Waits for what others bring about, by looking again and again.</summary>
internal static class Eventually
{
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(30), LookInterval = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc cref="Holds(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static Task Holds(Func<bool> condition, Func<string> seen, TimeSpan? patience = null) => Holds(() => Task.FromResult(condition()), seen, patience);

    /// <summary>Completes when a condition holds; one that does not in good time, or does not come to an answer, fails the test.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="seen">Says, once it is too late, what was found and what was expected.</param>
    /// <param name="patience">How long is waited; half a minute by default.</param>
    public static async Task Holds(Func<Task<bool>> condition, Func<string> seen, TimeSpan? patience = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(patience ?? UsualPatience);
        try
        {
            while (!await condition().WaitAsync(end.Token)) await Task.Delay(LookInterval, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Whoever ends the whole test wants to know what it waited for just as much.
            Assert.Fail(seen());
        }
    }
}
