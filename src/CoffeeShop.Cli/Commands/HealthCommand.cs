using System.CommandLine;

namespace CoffeeShop.Commands;

/// <summary><c>coffee health</c>: whether a process is ready, for containers, whose images have no other program that could ask.</summary>
internal static class HealthCommand
{
    public static Command New(CancellationToken stop)
    {
        var http = ServerOption.New();
        var authorities = ServerOption.Authorities();
        var command = new Command("health", "Asks a running server or worker whether it is ready; the exit code is 1 when it is not") { http, authorities };
        command.SetAction(parsed =>
        {
            using var server = new ServerApi(parsed.GetRequiredValue(http), parsed.GetValue(authorities));
            using var response = server.Get("/health/ready", stop);
            return ExitCode.Done;
        });
        return command;
    }
}
