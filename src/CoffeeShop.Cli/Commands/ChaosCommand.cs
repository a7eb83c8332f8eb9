using System.CommandLine;
using System.Globalization;
using CoffeeShop.Chaos;
using CoffeeShop.Cluster;
using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;

namespace CoffeeShop.Commands;

/// <summary><c>coffee chaos</c>: kills, pauses and cuts off processes of a cluster, by a schedule that a seed decides.</summary>
internal static class ChaosCommand
{
    private static readonly string[] AllRoles = [Roles.Gateway, Roles.Filter, Roles.Aggregate, Roles.Join, Roles.Monitor, Roles.Broker, Roles.Database];
    private static readonly TimeSpan VerdictPatience = TimeSpan.FromMinutes(3);

    public static Command New(CancellationToken stop)
    {
        var every = new TextOption("--every", "The time between two rounds", "TIME", "5s", text => ParseTime(text) is not null, "a time such as 5s or 500ms");
        var roles = new TextOption("--roles", "Whom it may hit", "ROLES", "filter,aggregate,join", text => ParseList(text, AllRoles) is not null, $"roles from {string.Join(", ", AllRoles)}, separated by commas");
        var exclude = new Option<string?>("--exclude") { Description = "Processes that are left alone, by their names, separated by commas", HelpName = "NAMES" };
        var signal = new TextOption("--signal", "What it does: kill, stop for eight seconds, or cut the connections to the database", "SIGNALS", "kill", text => ParseActions(text) is not null, "some of kill, stop, cut, separated by commas");
        var latency = new TextOption("--latency", "Pauses a process for this time at each round, so that it answers late", "TIME", byDefault: null, text => ParseTime(text) is not null, "a time such as 200ms");
        var seed = new TextOption("--seed", "Decides the schedule", "S", "1", text => int.TryParse(text, CultureInfo.InvariantCulture, out _), "a whole number");
        var rounds = new TextOption("--rounds", "How many rounds there are; without it until it is stopped", "N", byDefault: null, text => ParseRounds(text) is not null, "a whole number from 1");
        var verify = new Option<string?>("--verify") { Description = "Afterwards, hold the results against this file, or against client-ID.ndjson of this folder; exit code 1 when one is wrong", HelpName = "EXPECTED" };
        var cluster = new ClusterSettings();
        var command = new Command("chaos", "Kills and pauses processes of a cluster on this machine, which must change no result");
        cluster.AddTo(command);
        foreach (var option in (Option[])[every, roles, exclude, signal, latency, seed, rounds, verify]) command.Add(option);
        command.SetAction(parsed =>
        {
            var pause = parsed.GetValue(latency) is { } late ? ParseTime(late) : null;
            var options = new ChaosOptions(ParseList(parsed.GetRequiredValue(roles), AllRoles)!, pause is null ? ParseActions(parsed.GetRequiredValue(signal))! : [ChaosAction.Pause])
            {
                Every = ParseTime(parsed.GetRequiredValue(every))!.Value,
                Excluded = parsed.GetValue(exclude)?.Split(',', StringSplitOptions.TrimEntries) ?? [],
                Seed = int.Parse(parsed.GetRequiredValue(seed), CultureInfo.InvariantCulture),
                Rounds = parsed.GetValue(rounds) is { } count ? ParseRounds(count) : null,
            };
            if (pause is not null) options = options with { Pause = pause.Value };
            return RunAsync(cluster.Require(parsed), options, parsed.GetValue(verify), stop).GetAwaiter().GetResult();
        });
        return command;
    }

    private static async Task<int> RunAsync(ClusterOptions cluster, ChaosOptions options, string? expected, CancellationToken stop)
    {
        if (expected is not null && !File.Exists(expected) && !Directory.Exists(expected)) throw new InputException($"--verify: there is no {expected}.");
        try
        {
            await using var storage = await PostgresStorage.OpenAsync(cluster.Database, shards: null, TimeProvider.System, "coffee chaos");
            var verdict = expected is null ? null : new ChaosVerdict(storage, expected);
            if (verdict is not null) await verdict.BeginAsync();
            Console.Out.WriteLine($"seed {options.Seed}: {string.Join(',', options.Actions).ToLowerInvariant()} every {options.Every.TotalSeconds:0.###} s among {string.Join(',', options.Roles)}");
            var hits = await new ChaosRun(storage, options, member => storage.CutAsync(member.Name), Console.Out.WriteLine, TimeProvider.System).RunAsync(stop);
            Console.Out.WriteLine($"{hits} hit");
            if (verdict is null) return ExitCode.Done;
            var (right, wrong) = await verdict.JudgeAsync(VerdictPatience, Console.Out.WriteLine, TimeProvider.System, CancellationToken.None);
            Console.Out.WriteLine(wrong == 0 && right > 0 ? $"verdict: right: all {right} results are the same bytes" : $"verdict: WRONG: {wrong} of {right + wrong} results, expected all to be right and at least one");
            return wrong == 0 && right > 0 ? ExitCode.Done : ExitCode.Failed;
        }
        catch (StorageException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Failed;
        }
    }

    private static string[]? ParseList(string text, string[] known)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        return words.All(known.Contains) ? words : null;
    }

    private static ChaosAction[]? ParseActions(string text) => ParseList(text, ["kill", "stop", "cut"])
        ?.Select(word => word switch { "kill" => ChaosAction.Kill, "stop" => ChaosAction.Pause, _ => ChaosAction.Cut }).ToArray();

    private static int? ParseRounds(string text) => Configuration.Settings.Number(1, int.MaxValue)(text);

    private static TimeSpan? ParseTime(string text)
    {
        var (digits, unit) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 1) : text.EndsWith('s') ? (text[..^1], 1000) : ("", 0);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? TimeSpan.FromMilliseconds((double)number * unit) : null;
    }
}
