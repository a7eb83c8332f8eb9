using System.Runtime.InteropServices;

namespace CoffeeShop;

/// <summary>Turns Ctrl-C, SIGTERM and the closing of the terminal into a cancellation, so that the work ends cleanly; the exit code tells which it was.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public Signals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Request(signal, CoffeeShop.ExitCode.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Request(signal, CoffeeShop.ExitCode.HungUp)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Request(signal, CoffeeShop.ExitCode.Terminated)),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>The exit code of a process that was stopped by a signal, or null.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void Request(PosixSignalContext signal, int exitCode)
    {
        signal.Cancel = true;
        ExitCode ??= exitCode;
        _stop.Cancel();
    }
}
