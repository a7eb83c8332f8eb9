using System.Buffers;
using CoffeeShop.Csv;
using CoffeeShop.Queries;
using CoffeeShop.Results;

namespace CoffeeShop.Embedded;

/// <summary>
/// The four queries in one process: threads take blocks, parse them into batches and accumulate a state each; the states
/// are merged at the end. The result file is the same bytes for any number of threads.
/// </summary>
public sealed class EmbeddedRun : IDisposable
{
    private readonly QueryOptions _options;
    private readonly int _threads;
    private readonly BlockSource _source;

    /// <summary>Prepares a run.</summary>
    /// <param name="dataset">The input.</param>
    /// <param name="options">The options of the queries.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="onFile">Called when the reading of a file begins, on one of the threads, for one file at a time.</param>
    public EmbeddedRun(Dataset dataset, QueryOptions options, int threads, Action<DataFile>? onFile = null)
    {
        (_options, _threads) = (options, threads);
        _source = new BlockSource(dataset.Files, onFile);
    }

    /// <summary>How many bytes of the input have been taken up. May be read at any time, from any thread.</summary>
    public long BytesRead => _source.BytesRead;

    /// <summary>Answers the queries.</summary>
    /// <param name="result">Gets the result file.</param>
    /// <param name="stop">Ends the run.</param>
    /// <exception cref="InputException">A file can no longer be read.</exception>
    /// <exception cref="IOException">The result cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public RunReport Execute(Stream result, CancellationToken stop)
    {
        var rowQueries = QueryRegistry.All.OfType<RowQuery>().ToList();
        using var spools = new RowSpools(rowQueries, result, window: 8 * _threads);
        var workers = Enumerable.Range(0, _threads).Select(_ => new Worker(_options, rowQueries, spools.Outputs)).ToList();
        RunAll(workers, spools, stop);

        var whole = workers[0];
        foreach (var worker in workers.Skip(1)) whole.Merge(worker);
        return Finish(whole, spools, result);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void RunAll(List<Worker> workers, RowSpools spools, CancellationToken stop)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var _ = failed.Token.Register(spools.Stop);
        Exception? failure = null;
        var running = workers.Select(worker => new Thread(() =>
        {
            try
            {
                worker.Run(_source, failed.Token);
            }
            catch (Exception e)
            {
                // The first failure is the cause; the others are stopped by it.
                Interlocked.CompareExchange(ref failure, e, null);
                failed.Cancel();
            }
        })).ToList();
        running.ForEach(thread => thread.Start());
        running.ForEach(thread => thread.Join());
        stop.ThrowIfCancellationRequested();
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    private static RunReport Finish(Worker whole, RowSpools spools, Stream result)
    {
        var rows = new Dictionary<string, long>();
        var summary = new ResultSummary();
        var aggregates = whole.Aggregates.GetEnumerator();
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var query in QueryRegistry.All)
        {
            if (query is RowQuery rowQuery)
            {
                spools.Append(rowQuery);
                rows[query.Name] = whole.RowsOf(rowQuery);
                continue;
            }

            aggregates.MoveNext();
            var writer = new ResultWriter(bytes);
            aggregates.Current.Finish(whole.Dimensions, writer, summary);
            rows[query.Name] = writer.Rows;
            result.Write(bytes.WrittenSpan);
            bytes.ResetWrittenCount();
        }

        whole.Dimensions.Summarize(summary);
        return new RunReport(whole.RowsRead, whole.Rejections, rows, summary);
    }
}
