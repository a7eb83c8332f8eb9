using System.Diagnostics;
using System.Globalization;
using CoffeeShop.Services;
using CoffeeShop.Tests;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary><c>coffee up --services</c> as a process, over a folder that outlives it.</summary>
internal sealed class UpProcess : IAsyncDisposable
{
    private readonly int[] _ports = FreePorts.Find(2);
    private readonly string[] _options;
    private readonly RoleProcess _process;

    public UpProcess(string state, params string[] options)
    {
        (State, _options) = (state, options);
        _process = new RoleProcess(Arguments(state));
    }

    public string State { get; }

    public string Address => $"127.0.0.1:{_ports[0]}";

    public string Http => $"http://127.0.0.1:{_ports[1]}";

    /// <summary>What it has said to standard error.</summary>
    public string Log => _process.Log;

    /// <summary>The same command over a folder of choice.</summary>
    public string[] Arguments(string state) => ["up", "--services", "--state", state, "--port", $"{_ports[0]}", "--http", $"127.0.0.1:{_ports[1]}", .. _options];

    /// <summary>Starts it, and waits until clients may connect.</summary>
    public Task Start() => _process.Start();

    /// <summary>SIGTERM, and the end that follows.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> Stop() => _process.Stop();

    /// <summary>kill -9 of the process itself.</summary>
    public Task Kill() => _process.Kill();

    /// <summary>The process of a name, as it was told last.</summary>
    public int ProcessOf(string name)
    {
        var told = Log.Split('\n').Last(line => line.Contains($"action: start_process | result: success | process: {name} |", StringComparison.Ordinal));
        return int.Parse(told[(told.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>It and all that it has started, and that they have.</summary>
    public IReadOnlyList<int> Tree()
    {
        List<int> all = [_process.ProcessId];
        for (var i = 0; i < all.Count; i++) all.AddRange(Children(all[i]));
        return all;
    }

    /// <summary>Waits until none of them is left.</summary>
    public static async Task Gone(IReadOnlyList<int> processes)
    {
        List<int> left = [];
        await Eventually.Holds(
            () =>
            {
                left = [.. processes.Where(Exists)];
                return left.Count == 0;
            },
            () => $"Left behind: {string.Join(", ", left.Select(process => $"{process} ({CommandOf(process).Replace('\0', ' ').Trim()})"))}; expected none.",
            TimeSpan.FromSeconds(20));
    }

    /// <summary>What a list of processes shows of one; nothing when it is gone.</summary>
    public static string CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    public static void Send(Signal signal, int process) => Process.Start("kill", [$"-{(int)signal}", $"{process}"]).WaitForExit();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static IEnumerable<int> Children(int process) => Directory.Exists($"/proc/{process}/task")
        ? Directory.GetDirectories($"/proc/{process}/task").SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse)
        : [];

    // One that has ended and that nobody has taken notice of is no process any more.
    private static bool Exists(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
