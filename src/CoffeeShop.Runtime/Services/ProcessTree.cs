using System.Globalization;

namespace CoffeeShop.Services;

/// <summary>The processes that a child has started, as the kernel tells of them.</summary>
internal static class ProcessTree
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>The processes that a process has started and that have not ended.</summary>
    /// <param name="process">The process.</param>
    public static IReadOnlyList<int> ChildrenOf(int process)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{Text(process)}/task/{Text(process)}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(child => int.Parse(child, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            // It has ended.
            return [];
        }
    }

    /// <summary>Kills processes, and completes when they have ended.</summary>
    /// <param name="processes">The processes.</param>
    public static async Task KillAsync(IReadOnlyList<int> processes)
    {
        foreach (var process in processes) _ = NativeMethods.Send(process, Signal.Kill);
        // They are not our children, so nobody tells us of their end.
        while (processes.Any(IsRunning)) await Task.Delay(LookInterval);
    }

    /// <summary>Whether there is a process of that number that has not ended.</summary>
    /// <param name="process">The number.</param>
    public static bool IsRunning(int process)
    {
        try
        {
            // The state comes after the name, which is in parentheses. Z: it has ended, and its parent has not noticed.
            var stat = File.ReadAllText($"/proc/{Text(process)}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string Text(int process) => process.ToString(CultureInfo.InvariantCulture);
}
