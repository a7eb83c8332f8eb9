using CoffeeShop.Delivery;
using CoffeeShop.Gateway;
using CoffeeShop.Storage;

namespace CoffeeShop.Chaos;

/// <summary>Holds the results of sessions against what they must be, once all have ended.</summary>
/// <param name="sessions">The registry and the results.</param>
/// <param name="expected">The right result file; or a folder of them, <c>client-ID.ndjson</c> for each client.</param>
public sealed class ChaosVerdict(ISessionStore sessions, string expected)
{
    private const int BytesAtOnce = 1 << 20;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private HashSet<SessionId> _before = [];

    /// <summary>Sessions that have ended before chaos begins are none of its business.</summary>
    public async Task BeginAsync() => _before = [.. (await sessions.ListSessionsAsync()).Where(record => record.State != SessionState.Open).Select(record => record.Session.Id)];

    /// <summary>Waits until no session is open but those that nothing has come of, and judges all others.</summary>
    /// <param name="patience">How long sessions may take to end: what hangs is wrong.</param>
    /// <param name="tell">Gets a line for each session, also for those that are not judged: open or expired ones that nothing has come of.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <returns>How many were right and how many were not.</returns>
    public async Task<(int Right, int Wrong)> JudgeAsync(TimeSpan patience, Action<string> tell, TimeProvider clock, CancellationToken stop)
    {
        var begun = clock.GetTimestamp();
        while ((await sessions.ListOpenSessionsAsync()).Any(record => !record.IsUntouched) && clock.GetElapsedTime(begun) < patience) await Task.Delay(LookInterval, clock, stop);
        var (right, wrong) = (0, 0);
        foreach (var record in (await sessions.ListSessionsAsync()).Where(record => !_before.Contains(record.Session.Id)).Reverse())
        {
            if (record is { IsUntouched: true, State: SessionState.Open or SessionState.Expired })
            {
                tell($"session {record.Session.Id} of client {record.Session.ClientId}: left out, nothing has come of it");
                continue;
            }

            var problem = await ProblemOfAsync(record);
            if (problem is null) right++;
            else wrong++;
            tell($"session {record.Session.Id} of client {record.Session.ClientId}: {problem ?? "right"}");
        }

        return (right, wrong);
    }

    private async Task<string?> ProblemOfAsync(SessionRecord record)
    {
        if (record.State == SessionState.Open) return "WRONG: it does not end";
        if (record.State != SessionState.Complete) return $"WRONG: {record.State}: {record.Reason}";
        var path = Directory.Exists(expected) ? Path.Combine(expected, $"client-{record.Session.ClientId}.ndjson") : expected;
        if (!File.Exists(path)) return $"WRONG: there is no {path} to compare it with";
        await using var file = File.OpenRead(path);
        using var result = new ResultSource(sessions, record.Session.Id, offset: 0, BytesAtOnce);
        while (await result.ReadAsync(record.Closed) is { } parts)
        {
            foreach (var part in parts)
            {
                var bytes = new byte[part.Bytes.Length];
                var read = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false);
                if (read < bytes.Length || !bytes.AsSpan().SequenceEqual(part.Bytes.Span)) return $"WRONG: its result differs from {path} after byte {part.Offset}";
            }
        }

        return result.IsWhole && result.Length == file.Length ? null : $"WRONG: its result has {result.Length} bytes, {path} has {file.Length}";
    }
}
