using CoffeeShop.Queries;

namespace CoffeeShop.Embedded;

/// <summary>
/// Where the rows of row queries go while the input is read. The query that comes first in the result file writes straight
/// into it; any other waits in a temporary file.
/// </summary>
internal sealed class RowSpools : IDisposable
{
    private readonly List<RowQuery> _queries;
    private readonly List<Stream> _streams;
    private readonly Stream _result;
    private readonly CancellationTokenSource _stop = new();

    public RowSpools(List<RowQuery> queries, Stream result, int window)
    {
        _queries = queries;
        _result = result;
        _streams = [.. queries.Select(query => ReferenceEquals(query, QueryRegistry.All[0]) ? result : NewTemporary())];
        Outputs = [.. _streams.Select(stream => new OrderedOutput(stream, window))];
    }

    /// <summary>Where the threads write the rows of each query.</summary>
    public IReadOnlyList<OrderedOutput> Outputs { get; }

    /// <summary>Cancelled when the threads shall stop.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Stops the threads, also those that wait for their turn.</summary>
    public void Stop()
    {
        _stop.Cancel();
        foreach (var output in Outputs) output.Stop();
    }

    /// <summary>Appends a query's rows to the result, unless they are there already.</summary>
    public void Append(RowQuery query)
    {
        var stream = _streams[_queries.IndexOf(query)];
        if (ReferenceEquals(stream, _result)) return;
        stream.Position = 0;
        stream.CopyTo(_result);
    }

    public void Dispose()
    {
        _stop.Dispose();
        foreach (var stream in _streams)
            if (!ReferenceEquals(stream, _result)) stream.Dispose();
    }

    private static FileStream NewTemporary() =>
        new(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
}
