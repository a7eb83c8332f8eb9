using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>What a client is asked to do.</summary>
/// <param name="Server">Where the server is.</param>
/// <param name="ClientId">How the client calls itself.</param>
/// <param name="SessionPath">Where it keeps what resumes its session.</param>
public sealed record ClientOptions(ServerAddress Server, string ClientId, string SessionPath)
{
    /// <summary>The rows of a batch of version 1, as in the documents.</summary>
    public const int Version1BatchRows = 1000;

    /// <summary>The rows of a batch of version 2: more than a block has, unless its rows are very short.</summary>
    public const int Version2BatchRows = 65_536;

    /// <summary>The token of the agency, or nothing; never logged.</summary>
    public string Token { get; init; } = "";

    /// <summary>The options of the queries.</summary>
    public QueryOptions Queries { get; init; } = QueryOptions.Default;

    /// <summary>The most rows of a batch.</summary>
    public int BatchRows { get; init; } = Version2BatchRows;

    /// <summary>Whether a rejected row refuses the whole input.</summary>
    public bool IsStrict { get; init; }

    /// <summary>How often and when a connection is tried again.</summary>
    public RetryOptions Retry { get; init; } = RetryOptions.Default;

    /// <summary>Whom to trust; null for connections without TLS.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>The session to go on with, or null for a new one.</summary>
    public SessionFile? Resumed { get; init; }

    /// <summary>Whether somebody watches bars of the progress: a line of the log for every file would push everything else out of sight, and is for debugging then.</summary>
    public bool IsWatched { get; init; }

    /// <summary>How many batches may be on their way.</summary>
    public int WindowBatches { get; init; } = 64;

    /// <summary>How many of their bytes.</summary>
    public long WindowBytes { get; init; } = 8 * Frame.BodyBytesMax;

    internal void TellFile(ILogger logger, string file)
    {
        if (IsWatched) ClientLog.ProcessingShownFile(logger, file);
        else ClientLog.ProcessingFile(logger, file);
    }

    /// <summary>The number of the agency: the digits at the end of the client's id, or 0.</summary>
    public int AgencyId
    {
        get
        {
            var digits = ClientId[ClientId.TrimEnd("0123456789".ToCharArray()).Length..];
            return int.TryParse(digits, out var number) ? number : 0;
        }
    }
}
