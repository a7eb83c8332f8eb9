using System.CommandLine;

namespace CoffeeShop.Commands;

/// <summary><c>coffee results</c>: the bytes of a session's result file, from a running server.</summary>
internal static class ResultsCommand
{
    public static Command New(CancellationToken stop)
    {
        var session = new Argument<string>("SESSION") { Description = "The session, or latest for the one that was completed last" };
        var http = ServerOption.New();
        var authorities = ServerOption.Authorities();
        var command = new Command("results", "Writes the result of a session of a running server to standard output") { session, http, authorities };
        command.SetAction(parsed =>
        {
            using var server = new ServerApi(parsed.GetRequiredValue(http), parsed.GetValue(authorities));
            using var response = server.Get($"/sessions/{Uri.EscapeDataString(parsed.GetRequiredValue(session))}/result", stop);
            using var result = response.Content.ReadAsStream(stop);
            using var output = Console.OpenStandardOutput();
            using var stopping = stop.Register(result.Dispose);
            try
            {
                result.CopyTo(output);
            }
            catch (Exception e) when (stop.IsCancellationRequested && e is IOException or ObjectDisposedException)
            {
                throw new OperationCanceledException(stop);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
