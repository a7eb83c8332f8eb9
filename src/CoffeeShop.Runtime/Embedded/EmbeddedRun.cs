using System.Buffers;
using System.Runtime.ExceptionServices;
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
    /// <summary>
    /// As many as a large aggregate has slices, so that they go to their shards whole; and enough that only a small part of
    /// it is there twice while it is merged.
    /// </summary>
    private const int Shards = 16;

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
        var rows = new OrderedOutput(result, window: 8 * _threads);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var waking = ending.Token.Register(rows.Stop);
        var workers = Enumerable.Range(0, _threads).Select(_ => new Worker(_options, rows)).ToList();
        RunThreads(_threads, thread => workers[thread].Run(_source, ending.Token), ending.Cancel, stop);

        var aggregates = Merge([.. workers.Select(worker => worker.Aggregates)], stop);
        var whole = workers[0];
        foreach (var worker in workers.Skip(1)) whole.Merge(worker);
        return Finish(whole, aggregates, result);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    /// <summary>
    /// Merges what the threads have seen, query by query: each aggregate is split into shards, and whichever thread is free
    /// merges the parts of a shard and compacts them. What is left is small.
    /// </summary>
    private Aggregate[] Merge(IReadOnlyList<IReadOnlyList<Aggregate>> threads, CancellationToken stop)
    {
        var parts = threads.Select(aggregates => aggregates.Select(aggregate => aggregate.Partition(Shards)).ToList()).ToList();
        var next = -1;
        RunThreads(
            _threads,
            _ =>
            {
                for (int shard; (shard = Interlocked.Increment(ref next)) < Shards;) MergeShard(shard);
            },
            onStopped: () => next = Shards,
            stop);
        return [.. parts[0].Select(query =>
        {
            foreach (var shard in query.Skip(1)) query[0].Merge(shard);
            return query[0];
        })];

        void MergeShard(int shard)
        {
            for (var query = 0; query < parts[0].Count; query++)
            {
                var merged = parts[0][query][shard];
                foreach (var thread in parts.Skip(1)) merged.Merge(thread[query][shard]);
                merged.Compact();
                Memory.CollectNowAndThen();
            }
        }
    }

    /// <summary>Runs a work on threads of its own. The first failure ends it and is thrown.</summary>
    private static void RunThreads(int count, Action<int> work, Action onStopped, CancellationToken stop)
    {
        Exception? failure = null;
        using var stopping = stop.Register(onStopped);
        var threads = Enumerable.Range(0, count).Select(index => new Thread(() =>
        {
            try
            {
                work(index);
            }
            catch (Exception e)
            {
                // The first failure is the cause; the others are stopped by it.
                Interlocked.CompareExchange(ref failure, e, null);
                onStopped();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        stop.ThrowIfCancellationRequested();
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    private static RunReport Finish(Worker whole, Aggregate[] aggregates, Stream result)
    {
        var rows = new Dictionary<string, long>();
        var summary = new ResultSummary();
        var next = 0;
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var query in QueryRegistry.All)
        {
            if (query is RowQuery)
            {
                rows[query.Name] = whole.RowsPassed;
                continue;
            }

            var writer = new ResultWriter(bytes);
            aggregates[next++].Finish(whole.Dimensions, writer, summary);
            rows[query.Name] = writer.Rows;
            result.Write(bytes.WrittenSpan);
            bytes.ResetWrittenCount();
        }

        whole.Dimensions.Summarize(summary);
        return new RunReport(whole.RowsRead, whole.Rejections, rows, summary);
    }
}
