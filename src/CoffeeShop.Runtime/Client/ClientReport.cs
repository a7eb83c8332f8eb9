using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>How a session came to its end.</summary>
public enum ClientOutcome
{
    /// <summary>The result is whole; or, of version 1, everything was taken in.</summary>
    Complete,

    /// <summary>The input was refused for its rejected rows, and the session cancelled.</summary>
    Refused,
}

/// <summary>What a client has done.</summary>
/// <param name="Outcome">How the session came to its end.</param>
/// <param name="RowsSent">Rows that the server has, per table.</param>
/// <param name="Rejections">Rows that were rejected.</param>
/// <param name="ResultRows">Rows of the answer, per query.</param>
/// <param name="BytesSent">Bytes written to the network.</param>
/// <param name="BytesReceived">Bytes read from it.</param>
/// <param name="Connections">How many connections it took.</param>
public sealed record ClientReport(
    ClientOutcome Outcome,
    IReadOnlyDictionary<Table, long> RowsSent,
    RejectionLog Rejections,
    IReadOnlyDictionary<string, long> ResultRows,
    long BytesSent,
    long BytesReceived,
    int Connections);
