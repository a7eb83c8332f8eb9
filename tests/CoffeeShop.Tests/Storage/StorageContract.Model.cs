using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Storage;

// Not the claims that tests make.
using Claim = CoffeeShop.Storage.Claim;

/// <content>Whatever is asked in whatever order, the answers are those of <see cref="MemoryStorage"/>.</content>
public abstract partial class StorageContract
{
    [Fact]
    public async Task Any_sequence_of_requests_is_answered_as_the_model_answers_it()
    {
        await using var test = await NewAsync();
        var steps = from kind in Gen.Choose(0, 11)
                    from session in Gen.Choose(0, 2)
                    from place in Gen.Choose(0, 2)
                    from number in Gen.Choose(0, 5)
                    from size in Gen.Elements(0, 1, 10, 9000)
                    select new Step(kind, session, place, number, size);
        var sequences = from count in Gen.Choose(10, 40) from sequence in steps.ArrayOf(count) select sequence;
        Tests.Claim.HoldsForAll(10, sequences, sequence => CompareAsync(test.Storage, sequence).GetAwaiter().GetResult());
    }

    private static async Task CompareAsync(IStorage storage, Step[] steps)
    {
        SessionId[] ids = [new(Guid.CreateVersion7()), new(Guid.CreateVersion7()), new(Guid.CreateVersion7())];
        var (real, model) = (new Requests(storage, ids), new Requests(new MemoryStorage(), ids));
        await real.BeginAsync();
        await model.BeginAsync();
        foreach (var step in steps) Assert.Equal($"{step}: {await model.RunAsync(step)}", $"{step}: {await real.RunAsync(step)}");
        Assert.Equal(await model.DescribeAsync(), await real.DescribeAsync());
    }

    private sealed record Step(int Kind, int Session, int Place, int Number, int Size);

    private readonly record struct Claims(Claim Current, Claim? Stale);

    /// <summary>Asks one database, and says what it answered.</summary>
    private sealed class Requests(IStorage storage, SessionId[] sessions)
    {
        private static readonly Destination[] Places = [Sample.Shard, .. Sample.Queries.Select(Destination.Join)];

        // Two claims of each place, so that one of them can be stale.
        private readonly Claims[] _claims = new Claims[Places.Length];

        public async Task BeginAsync()
        {
            for (var i = 0; i < Places.Length; i++) _claims[i] = new(await storage.TakeOverAsync(Places[i]), null);
            foreach (var session in sessions.Take(2)) await storage.CreateSessionAsync(Sample.Session() with { Id = session });
        }

        public async Task<string> RunAsync(Step step)
        {
            try
            {
                return await AnswerAsync(step, sessions[step.Session], Places[step.Place]);
            }
            catch (Exception e) when (e is StaleClaimException or StorageException)
            {
                return e.GetType().Name;
            }
        }

        public async Task<string> DescribeAsync()
        {
            var lines = new List<string>();
            foreach (var session in sessions)
            {
                lines.Add(await storage.FindSessionAsync(session) is { } record
                    ? $"{record.State} {record.Reason} {record.Progress} ends {Text(record.Ends)} marks {Text(record.Marks)} closed {string.Join(' ', record.Closed.OrderBy(one => one.Key))}" : "unknown");
                lines.Add($"{await storage.MeasureAsync(session)}");
                foreach (var query in Sample.Queries) lines.Add((await storage.ReadResultAsync(session, query.Id, 0, int.MaxValue)).Text());
            }

            foreach (var claim in _claims)
            {
                // Those of other sequences are still there.
                foreach (var journaled in (await storage.ReadJournalAsync(claim.Current)).Where(journaled => sessions.Contains(journaled.Session)))
                {
                    lines.Add($"{claim.Current.Destination} {journaled.IsClosed} {journaled.SnapshotSequence} {Convert.ToHexString(journaled.Snapshot.Span)}");
                    lines.Add($"{journaled.Session} {journaled.Records.Text()} {string.Join(' ', journaled.Rows)}");
                }
            }

            return string.Join('\n', lines);

            static string Text<T>(IReadOnlyDictionary<Table, T> values) => string.Join(' ', values.OrderBy(one => one.Key.Opcode).Select(one => $"{one.Key.Name}={one.Value}"));
        }

        private async Task<string> AnswerAsync(Step step, SessionId session, Destination place)
        {
            var table = TableRegistry.All[step.Number % 3];
            var claim = step.Size == 1 ? _claims[step.Place].Stale ?? _claims[step.Place].Current : _claims[step.Place].Current;
            var rowClaim = _claims[1].Current;
            var attempt = new AttemptKey(session, place.ToString(), Input.Of(table), step.Number);
            switch (step.Kind)
            {
                case 0:
                    _claims[step.Place] = new(await storage.TakeOverAsync(place), _claims[step.Place].Current);
                    return "taken";
                case 1 or 2:
                    return string.Join(' ', (await storage.AppendAsync(claim, Sample.Record(session, step.Number, step.Size), Sample.Record(sessions[2], 1))).Order());
                case 3:
                    return string.Join(' ', (await storage.AppendAsync(rowClaim, [], [Sample.Rows(session, step.Number, step.Size)])).Order());
                case 4:
                    await storage.SnapshotAsync(claim, session, step.Number, Sample.Bytes(step.Size));
                    return "covered";
                case 5:
                    var query = step.Number % Sample.Queries.Length;
                    return $"{await storage.CloseAsync(_claims[1 + query].Current, session, Sample.Queries[query], step.Place == 0 ? [] : [step.Size, 10])}";
                case 6:
                    return $"{await storage.SetEndAsync(session, table, new TableEnd(step.Place, 1))}";
                case 7:
                    await storage.RaiseMarksAsync(session, new Dictionary<Table, long> { [table] = step.Place, [Users.Table] = step.Number });
                    return "raised";
                case 8:
                    return $"{await storage.BeginAttemptAsync(attempt)}";
                case 9 when step.Place < 2:
                    return $"{await storage.FailAttemptAsync(attempt)}";
                case 9:
                    await storage.ClearAttemptsAsync(attempt);
                    return "cleared";
                case 10 when step.Size == 0:
                    return $"{await storage.EndSessionAsync(session, SessionState.Failed, "why")}";
                case 10:
                    return (await storage.ReadResultAsync(session, Sample.RowQuery.Id, step.Number, step.Size)).Text();
                default:
                    return string.Join(' ', (await storage.FindOpenAsync(sessions)).Order());
            }
        }
    }
}
