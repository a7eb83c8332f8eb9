using System.Runtime.InteropServices;

namespace CoffeeShop.Services;

/// <summary>The signals that processes are sent, by their numbers on Linux.</summary>
public enum Signal
{
    /// <summary>SIGINT: what Ctrl-C sends.</summary>
    Interrupt = 2,

    /// <summary>SIGKILL: ends it at once, and it learns nothing of it.</summary>
    Kill = 9,

    /// <summary>SIGTERM: asks it to end.</summary>
    Terminate = 15,

    /// <summary>SIGCONT: lets a paused process go on.</summary>
    Continue = 18,

    /// <summary>SIGSTOP: pauses it, and it learns nothing of it.</summary>
    Pause = 19,
}

/// <summary>The system calls that the class library lacks.</summary>
internal static class NativeMethods
{
    /// <summary>Sends a signal; 0 when that was possible.</summary>
    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Send(int process, Signal signal);
}
