using System.Text.Json.Serialization;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Storage;

namespace CoffeeShop.Gateway;

/// <summary>A session as the HTTP interface shows it.</summary>
/// <param name="Id">The session.</param>
/// <param name="ClientId">How its client calls itself.</param>
/// <param name="Agency">Whose token its client showed, or null.</param>
/// <param name="Protocol">The version of the protocol.</param>
/// <param name="State"><c>open</c>, <c>complete</c>, <c>failed</c>, <c>cancelled</c> or <c>expired</c>.</param>
/// <param name="Reason">Why it ended, when it is neither open nor complete.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Connected">Whether its client is connected to this gateway.</param>
/// <param name="Progress">Grows while something happens.</param>
/// <param name="Batches">The number of batches of each table that has ended.</param>
/// <param name="Rows">The rows of each query that has answered.</param>
/// <param name="ResultBytes">The length of the result, once it is whole.</param>
/// <param name="Rejected">The rows that the server rejected, when it knows.</param>
/// <param name="Rejections">The first of them; only for a single session.</param>
/// <param name="Holds">What it holds; only for a single session.</param>
public sealed record SessionView(
    string Id, string ClientId, string? Agency, int Protocol, string State, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    bool Connected, long Progress, IReadOnlyDictionary<string, long> Batches, IReadOnlyDictionary<string, long> Rows, long? ResultBytes,
    long? Rejected, IReadOnlyList<RowRejection>? Rejections, SessionHoldings? Holds)
{
    internal static SessionView Of(SessionRecord record, bool isConnected, RejectionList? rejections, SessionHoldings? holds) => new(
        record.Session.Id.ToString(), record.Session.ClientId, record.Session.Agency, record.Session.Protocol, record.State.ToString().ToLowerInvariant(), record.Reason,
        record.CreatedAt, record.EndedAt, isConnected, record.Progress,
        record.Ends.OrderBy(end => end.Key.Opcode).ToDictionary(end => end.Key.Name, end => end.Value.Last),
        QueryRegistry.All.Where(query => record.Closed.ContainsKey(query.Id)).ToDictionary(query => query.Name, query => record.Closed[query.Id].Rows),
        record.State == SessionState.Complete ? record.Closed.Values.Sum(closed => closed.Bytes) : null,
        rejections?.Count, holds is null ? null : rejections?.Listed, holds);
}

/// <summary>What a session holds: nothing but its result once it has ended.</summary>
/// <param name="InFlightBytes">Of frames at this gateway that cannot be answered yet.</param>
/// <param name="JournalRecords">Records and snapshots of its journal.</param>
/// <param name="JournalBytes">Their bytes.</param>
/// <param name="Attempts">Messages under suspicion.</param>
/// <param name="ResultBytes">Bytes of answers.</param>
public sealed record SessionHoldings(long InFlightBytes, long JournalRecords, long JournalBytes, long Attempts, long ResultBytes);

/// <summary>The JSON of the HTTP interface.</summary>
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(IReadOnlyList<SessionView>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class SessionJson : JsonSerializerContext;
