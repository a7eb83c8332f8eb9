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
        var id = new Argument<string?>("SESSION") { Description = "A session, or latest, to see what it holds; without it all are listed", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("sessions", "Lists the sessions of a running server, or shows what one holds") { id, http, authorities, json };
        command.SetAction(parsed =>
        {
            using var server = new ServerApi(parsed.GetRequiredValue(http), parsed.GetValue(authorities));
            var one = parsed.GetValue(id);
            using var response = server.Get(one is null ? "/sessions" : $"/sessions/{Uri.EscapeDataString(one)}", stop);
            using var text = new StreamReader(response.Content.ReadAsStream(stop));
            var sessions = text.ReadToEnd();
            if (parsed.GetValue(json)) Console.Out.WriteLine(sessions);
            else if (one is not null) Print(JsonSerializer.Deserialize(sessions, SessionJson.Default.SessionView)!);
            else Print(JsonSerializer.Deserialize(sessions, SessionJson.Default.IReadOnlyListSessionView) ?? []);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(SessionView session)
    {
        var grid = new Grid().AddColumn().AddColumn();
        grid.AddRow("session", session.Id);
        grid.AddRow(new Text("client"), new Text(session.ClientId));
        grid.AddRow(new Text("state"), new Text(session.Reason is null ? session.State : $"{session.State}: {session.Reason}"));
        grid.AddRow("connected", session.Connected ? "yes" : "no");
        if (session.Holds is { } holds)
        {
            grid.AddRow("in flight", Units.Bytes(holds.InFlightBytes));
            grid.AddRow("journal", $"{Units.Bytes(holds.JournalBytes)} in {Units.Count(holds.JournalRecords)} records");
            grid.AddRow("under suspicion", $"{Units.Count(holds.Attempts)} messages");
            grid.AddRow("answers", Units.Bytes(holds.ResultBytes));
        }

        if (session.Rejected is { } rejected) grid.AddRow("rejected rows", Units.Count(rejected));
        Terminal.Output.Write(grid);
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
