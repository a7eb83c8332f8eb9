namespace CoffeeShop.Services;

/// <summary>A child process that says <c>ready</c> when others may rely on it.</summary>
/// <param name="name">How people call it.</param>
/// <param name="command">What it runs.</param>
/// <param name="patience">How long it may take to end when it is asked to.</param>
public sealed class SupervisedProcess(string name, ChildCommand command, TimeSpan patience) : ISupervised
{
    private const string Ready = "ready";

    private ChildProcess? _process;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public int? ProcessId => _process is { Exited.IsCompleted: false } process ? process.Id : null;

    /// <inheritdoc/>
    public async Task<int> RunAsync(Action<string> onLine, Action onReady, CancellationToken stopping, CancellationToken killing)
    {
        await using var process = ChildProcess.Start(command, line =>
        {
            if (line == Ready) onReady();
            else onLine(line);
        });
        _process = process;
        using var whenKilling = killing.Register(() => process.Send(Signal.Kill));
        using var whenStopping = stopping.Register(() => _ = process.StopAsync(patience));
        return await process.Exited;
    }
}
