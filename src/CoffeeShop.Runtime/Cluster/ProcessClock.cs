using System.Globalization;

namespace CoffeeShop.Cluster;

/// <summary>When processes of this machine started, in the ticks of the kernel since its own start.</summary>
public static class ProcessClock
{
    // The fields after the name, which is in parentheses and may hold anything: the start is the twentieth.
    private const int StartField = 19;

    /// <summary>When a process started.</summary>
    /// <param name="process">The process.</param>
    /// <returns>Null when there is none.</returns>
    public static long? StartOf(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartField], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
