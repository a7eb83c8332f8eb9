using System.CommandLine;
using System.Diagnostics;
using CoffeeShop.Client;
using CoffeeShop.Csv;
using CoffeeShop.Observability;
using CoffeeShop.Output;
using CoffeeShop.Tables;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary><c>coffee send</c>: a folder of CSV files to a server, and its answers back.</summary>
internal static class SendCommand
{
    /// <summary>How long a stopped client waits for being told that the session is not to be gone on with either.</summary>
    private static readonly TimeSpan SecondSignal = TimeSpan.FromSeconds(2);

    public static Command New(Signals signals)
    {
        var options = new SendOptionsParser();
        var command = new Command("send", "Sends a folder of CSV files to a server and fetches the answers of the four queries");
        options.AddTo(command);
        command.SetAction(parsed => Run(options.Parse(parsed), signals));
        return command;
    }

    private static int Run(SendOptions options, Signals signals)
    {
        var watch = Stopwatch.StartNew();
        var dataset = Dataset.Open(options.Dataset);
        using var logs = LineLoggerProvider.NewFactory(LogWriter.StandardError, options.LogLevel, TimeProvider.System);
        var logger = logs.CreateLogger("Client");
        var report = options.IsVersion1
            ? SendVersion1(options, dataset, logger, signals)
            : SendVersion2(options, dataset, logger, signals);
        if (report is null) return signals.ExitCode!.Value;
        if (report.IsRefused) return ExitCode.InputRefused;
        if (options.Output.Verbosity != Verbosity.Quiet) SendSummary.Print(options, dataset, report, watch.Elapsed);
        return ExitCode.Done;
    }

    private static ClientReport? SendVersion1(SendOptions options, Dataset dataset, ILogger logger, Signals signals)
    {
        var session = new Version1Session(options.Client, dataset, logger, TimeProvider.System, Random.Shared);
        try
        {
            ClientReport report;
            using (Show(session.Progress, options)) report = session.RunAsync(signals.Stop).GetAwaiter().GetResult();
            options.Output.TryAccept(report.Rejections, signals.Stop);
            return report;
        }
        catch (OperationCanceledException) when (signals.ExitCode is not null)
        {
            Console.Error.WriteLine("Stopped. The session is void, since version 1 of the protocol cannot go on with it.");
            return null;
        }
    }

    /// <returns>Null when it was stopped.</returns>
    private static ClientReport? SendVersion2(SendOptions options, Dataset dataset, ILogger logger, Signals signals)
    {
        var output = options.Output;
        using var file = new OutputFile(output.ResultPath, isResumed: options.Client.Resumed is not null);
        if (options.Client.Resumed is null && File.Exists(output.SessionPath))
            Console.Error.WriteLine($"note: {output.SessionPath} is of an interrupted send, which --resume would go on with; a new session begins instead.");
        var session = new ClientSession(options.Client, dataset, file, logger, TimeProvider.System, Random.Shared);
        try
        {
            ClientReport report;
            using (Show(session.Progress, options)) report = session.RunAsync(signals.Stop).GetAwaiter().GetResult();
            if (output.TryAccept(report.Rejections, signals.Stop)) output.Commit(file, signals.Stop);
            Forget(output, file);
            return report;
        }
        catch (OperationCanceledException) when (signals.ExitCode is not null)
        {
            if (session.Session is null) Console.Error.WriteLine("Stopped; nothing was sent.");
            else OfferCancellation(session, output, file, signals);
            return null;
        }
        catch (ClientException e) when (e.HasEnded)
        {
            Forget(output, file);
            throw;
        }
        catch (ClientException e) when (session.Session is not null && !e.IsLasting)
        {
            throw new ClientException($"{e.Message} {HowToResume}");
        }
        catch (OutputException e) when (session.Session is not null)
        {
            throw new OutputException($"{e.Message} {HowToResume}");
        }
    }

    private static void OfferCancellation(ClientSession session, ResultOutput output, OutputFile file, Signals signals)
    {
        Console.Error.WriteLine($"Stopped. {HowToResume}");
        Console.Error.WriteLine($"Another signal within {SecondSignal.TotalSeconds:0} seconds cancels it.");
        if (!signals.GiveUp.WaitHandle.WaitOne(SecondSignal)) return;
        session.CancelAsync().GetAwaiter().GetResult();
        Forget(output, file);
        Console.Error.WriteLine("The session was cancelled.");
    }

    /// <summary>The session has ended: what it could be gone on with is of no more use.</summary>
    private static void Forget(ResultOutput output, OutputFile file)
    {
        file.IsKept = false;
        File.Delete(output.SessionPath);
    }

    private static IDisposable? Show(ClientProgress progress, SendOptions options) => Progress.Start(
        "sent",
        [.. TableRegistry.All.Select(table => new ProgressPart(
            table.Name,
            () => progress.Total(table) == 0 ? 1 : (double)progress.Acknowledged(table) / progress.Total(table),
            () => progress.Acknowledged(table)))],
        options.Output.Verbosity);

    /// <summary>The command that was given, with --resume.</summary>
    private static string HowToResume =>
        $"The session can be gone on with: coffee {string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Where(argument => argument != "--resume").Append("--resume").Select(Quote))}";

    private static string Quote(string argument) => argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:,=@+".Contains(c, StringComparison.Ordinal))
        ? argument
        : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
