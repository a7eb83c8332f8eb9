using System.CommandLine;
using System.Text.Json;
using CoffeeShop.Gateway;
using Spectre.Console;

namespace CoffeeShop.Commands;

/// <summary><c>coffee sessions</c>: what a running server knows of its sessions.</summary>
internal static class SessionsCommand
{
    private const int PipedWidth = 180;

    public static Command New(CancellationToken stop)
    {
        var http = ServerOption.New();
        var authorities = ServerOption.Authorities();
        var json = new Option<bool>("--json") { Description = "Print what the server says, as JSON" };
        var command = new Command("sessions", "Lists the sessions of a running server") { http, authorities, json };
        command.SetAction(parsed =>
        {
            using var server = new ServerApi(parsed.GetRequiredValue(http), parsed.GetValue(authorities));
            using var response = server.Get("/sessions", stop);
            using var text = new StreamReader(response.Content.ReadAsStream(stop));
            var sessions = text.ReadToEnd();
            if (parsed.GetValue(json)) Console.Out.WriteLine(sessions);
            else Print(JsonSerializer.Deserialize(sessions, SessionJson.Default.IReadOnlyListSessionView) ?? []);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(IReadOnlyList<SessionView> sessions)
    {
        if (sessions.Count == 0)
        {
            Console.Error.WriteLine("The server has no sessions yet.");
            return;
        }

        // Ids are there to be copied, so they stay whole; what is piped has no width to keep to.
        if (Console.IsOutputRedirected) Terminal.Output.Profile.Width = PipedWidth;
        var table = new Table { Border = TableBorder.Simple };
        foreach (var (name, isNumber) in (ReadOnlySpan<(string, bool)>)[("session", false), ("client", false), ("state", false), ("began", false), ("batches", true), ("rejected", true), ("result", true)])
            table.AddColumn(new TableColumn(name) { Alignment = isNumber ? Justify.Right : Justify.Left, NoWrap = name != "client" });
        foreach (var session in sessions)
        {
            table.AddRow(
                new Text(session.Id), new Text(session.ClientId), new Text(session.Connected && session.State == "open" ? "connected" : session.State),
                new Text($"{session.CreatedAt.ToLocalTime():yyyy-MM-dd HH:mm}"), new Text(Units.Count(session.Batches.Values.Sum())),
                new Text(session.Rejected is { } rejected ? Units.Count(rejected) : ""),
                new Text(session.ResultBytes is { } bytes ? Units.Bytes(bytes) : ""));
        }

        Terminal.Output.Write(table);
        foreach (var failed in sessions.Where(session => session.Reason is not null))
            Terminal.Output.WriteLine($"{failed.Id} is {failed.State}: {failed.Reason}");
    }
}
