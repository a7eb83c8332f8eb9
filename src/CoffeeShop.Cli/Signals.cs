using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CoffeeShop;

/// <summary>
/// Turns Ctrl-C, SIGTERM and the closing of the terminal into a cancellation, so that the work ends cleanly; the exit code
/// tells which it was. A second one asks to give up also what the first one leaves to be gone on with.
/// </summary>
internal sealed class Signals : IDisposable
{
    /// <summary>
    /// Nobody asks twice so quickly: a process group and its leader are both told by some, such as timeout(1); and by a closing
    /// terminal nobody asks at all.
    /// </summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private long _first;

    public Signals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Request(signal, CoffeeShop.ExitCode.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Request(signal, CoffeeShop.ExitCode.HungUp)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Request(signal, CoffeeShop.ExitCode.Terminated)),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken GiveUp => _giveUp.Token;

    /// <summary>The exit code of a process that was stopped by a signal, or null.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
        _giveUp.Dispose();
    }

    private void Request(PosixSignalContext signal, int exitCode)
    {
        signal.Cancel = true;
        bool isFirst;
        // Handlers may run side by side; which of two signals is the first is decided here.
        lock (_registrations)
        {
            isFirst = ExitCode is null;
            ExitCode ??= exitCode;
            if (isFirst) _first = Stopwatch.GetTimestamp();
        }

        if (isFirst) _stop.Cancel();
        else if (exitCode != CoffeeShop.ExitCode.HungUp && Stopwatch.GetElapsedTime(_first) > Apart) _giveUp.Cancel();
    }
}
