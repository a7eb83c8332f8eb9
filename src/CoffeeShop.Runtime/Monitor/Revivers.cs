using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using CoffeeShop.Cluster;
using CoffeeShop.Services;

namespace CoffeeShop.Monitoring;

/// <summary>
/// Ends the process of a member of this machine, if it is still that process and not another that has got its number. Whoever
/// started it (<c>coffee up</c>, a container's restart policy, a service manager) starts it again.
/// </summary>
public sealed class LocalReviver : IReviver
{
    /// <inheritdoc/>
    public string Name => "kill";

    /// <inheritdoc/>
    public Task ReviveAsync(Member member)
    {
        if (member.Host != Environment.MachineName) throw new ReviveException($"it runs on {member.Host}, and this monitor on {Environment.MachineName}: give --revive a command that reaches it.");
        End(member);
        return Task.CompletedTask;
    }

    /// <summary>Ends it, if it runs here.</summary>
    internal static void End(Member member)
    {
        if (member.Host == Environment.MachineName && ProcessClock.StartOf(member.ProcessId) == member.ProcessStart) _ = NativeMethods.Send(member.ProcessId, Signal.Kill);
    }
}

/// <summary>Runs an operator's command: <c>docker restart {id}</c>. The old process is ended first where that is possible.</summary>
/// <param name="command">The command, for a shell. <c>{id}</c>, <c>{role}</c>, <c>{host}</c> and <c>{pid}</c> stand for those of the member.</param>
public sealed class CommandReviver(string command) : IReviver
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public string Name => "command";

    /// <inheritdoc/>
    public async Task ReviveAsync(Member member)
    {
        // A shell would run what is in a name; ours have nothing that it takes for more than a word.
        foreach (var word in (string[])[member.Name, member.Host, member.Role])
            if (word.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))) throw new ReviveException($"\"{word}\" is no name that may stand in a command.");
        LocalReviver.End(member);
        var line = command
            .Replace("{id}", member.Name, StringComparison.Ordinal).Replace("{role}", member.Role, StringComparison.Ordinal)
            .Replace("{host}", member.Host, StringComparison.Ordinal).Replace("{pid}", member.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        try
        {
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            using var timeout = new CancellationTokenSource(Patience);
            try
            {
                await process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw new ReviveException($"the command did not end within {Patience.TotalSeconds:0} seconds: {line}");
            }

            if (process.ExitCode != 0) throw new ReviveException($"the command ended with exit code {process.ExitCode}: {line}: {string.Join(' ', await said).Trim()}");
        }
        catch (Win32Exception e)
        {
            throw new ReviveException($"the command cannot be started: {line}: {e.Message}");
        }
    }
}
