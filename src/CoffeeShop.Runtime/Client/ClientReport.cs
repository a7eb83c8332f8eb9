using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>What a client has done.</summary>
/// <param name="IsRefused">Whether the input was refused for its rejected rows, and the session cancelled.</param>
/// <param name="RowsSent">Rows that the server has, per table.</param>
/// <param name="Rejections">Rows that were rejected.</param>
/// <param name="ResultRows">Rows of the answer, per query; none of version 1, whose result stays on the server.</param>
/// <param name="BytesSent">Bytes written to the network.</param>
/// <param name="BytesReceived">Bytes read from it.</param>
/// <param name="Connections">How many connections it took.</param>
/// <param name="Times">How long batches took to be acknowledged.</param>
public sealed record ClientReport(
    bool IsRefused,
    IReadOnlyDictionary<Table, long> RowsSent,
    RejectionLog Rejections,
    IReadOnlyDictionary<string, long> ResultRows,
    long BytesSent,
    long BytesReceived,
    int Connections,
    AcknowledgementTimes Times)
{
    internal static ClientReport Of(SentInput sent, SessionEnd? end, Connector connector, AcknowledgementTimes times) => new(
        sent.IsRefused,
        sent.Rows,
        sent.Rejections,
        QueryRegistry.All.Where(query => end?.Rows.Any(rows => rows.Query == query.Id) == true)
            .ToDictionary(query => query.Name, query => end!.Rows.First(rows => rows.Query == query.Id).Rows, StringComparer.Ordinal),
        connector.BytesSent,
        connector.BytesReceived,
        connector.Count,
        times);
}
