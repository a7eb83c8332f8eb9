using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace CoffeeShop.Services;

/// <summary>
/// A child process whose output comes line by line, and which does not outlive this process however that ends: the kernel
/// kills the child with its parent (<c>setpriv --pdeathsig</c>). It has a session of its own, so that Ctrl-C in a terminal
/// reaches this process alone, which then ends its children in their order.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const string SetSession = "/usr/bin/setsid", SetPrivileges = "/usr/bin/setpriv";

    // Somebody whom the child has started may hold its output open after its end.
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(1);

    private static readonly ConcurrentDictionary<ChildProcess, bool> Alive = new();

    private readonly Process _process;
    private readonly Action<string> _onLine;
    private readonly Lock _writing = new();
    private readonly Lock _signalling = new();
    private bool _hasExited;

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var child in Alive.Keys) child.Send(Signal.Kill);
    };

    private ChildProcess(Process process, Action<string> onLine)
    {
        (_process, _onLine, Id) = (process, onLine, process.Id);
        Alive[this] = true;
        Exited = FollowAsync();
    }

    /// <summary>The id of the process: that of the executable itself, whatever has been put before it.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code (128 + signal when it was killed), after the last line of output.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a process.</summary>
    /// <param name="command">What it runs.</param>
    /// <param name="onLine">Gets the lines of its standard output and error, one at a time. Must not throw.</param>
    /// <exception cref="ServiceException">There is no such executable, or it cannot be started.</exception>
    public static ChildProcess Start(ChildCommand command, Action<string> onLine)
    {
        if (!File.Exists(command.FileName)) throw new ServiceException($"{command.FileName} was not found: expected an executable.");
        try
        {
            return new ChildProcess(Starter.Start(StartInfo(command)), onLine);
        }
        catch (Win32Exception e)
        {
            throw new ServiceException($"{command.FileName} cannot be started: {e.Message}", e);
        }
    }

    /// <summary>Sends a signal, unless the process has ended.</summary>
    /// <param name="signal">The signal.</param>
    /// <returns>Whether it was sent.</returns>
    public bool Send(Signal signal)
    {
        // The id belongs to the child until its end has been noticed here.
        lock (_signalling) return !_hasExited && NativeMethods.Send(Id, signal) == 0;
    }

    /// <summary>SIGTERM, and SIGKILL if it has not ended after a while.</summary>
    /// <param name="patience">How long it may take to end.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        Send(Signal.Terminate);
        try
        {
            return await Exited.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            return await KillAsync();
        }
    }

    /// <summary>SIGKILL.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> KillAsync()
    {
        Send(Signal.Kill);
        return Exited;
    }

    /// <summary>Kills it if it still runs.</summary>
    public async ValueTask DisposeAsync() => await KillAsync();

    private static ProcessStartInfo StartInfo(ChildCommand command)
    {
        List<string> words = [];
        if (File.Exists(SetSession)) words.Add(SetSession);
        if (File.Exists(SetPrivileges))
        {
            // Another user comes in the same step: a change of the user afterwards would undo the signal of the parent's death.
            words.AddRange([SetPrivileges, "--pdeathsig", "KILL"]);
            if (command.User is { } user) words.AddRange(["--reuid", user, "--regid", user, "--init-groups"]);
            words.Add("--");
        }
        else if (command.User is { } user)
        {
            throw new ServiceException($"{command.FileName} is to run as {user}, and {SetPrivileges} was not found: install util-linux.");
        }

        words.Add(command.FileName);
        words.AddRange(command.Arguments);
        var info = new ProcessStartInfo(words[0], words.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.Folder ?? "",
        };
        foreach (var (name, value) in command.Environment)
        {
            if (value is null) info.Environment.Remove(name);
            else info.Environment[name] = value;
        }

        return info;
    }

    private async Task<int> FollowAsync()
    {
        _process.StandardInput.Close();
        var output = Task.WhenAll(PassOnAsync(_process.StandardOutput), PassOnAsync(_process.StandardError));
        await _process.WaitForExitAsync();
        lock (_signalling) _hasExited = true;
        Alive.TryRemove(this, out _);
        await Task.WhenAny(output, Task.Delay(OutputPatience));
        var code = _process.ExitCode;
        _process.Dispose();
        return code;
    }

    private async Task PassOnAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_writing) _onLine(line);
        }
    }

    /// <summary>
    /// Starts all children from one thread that never ends: to the kernel, the parent that a child follows into death is the
    /// thread that made it, and threads of the pool come and go.
    /// </summary>
    private static class Starter
    {
        private static readonly BlockingCollection<Action> Orders = [];

        static Starter() => new Thread(() =>
        {
            foreach (var order in Orders.GetConsumingEnumerable()) order();
        })
        { IsBackground = true, Name = "children" }.Start();

        public static Process Start(ProcessStartInfo info)
        {
            var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
            Orders.Add(() =>
            {
                try
                {
                    started.SetResult(Process.Start(info)!);
                }
                catch (Exception e)
                {
                    started.SetException(e);
                }
            });
            return started.Task.GetAwaiter().GetResult();
        }
    }
}
