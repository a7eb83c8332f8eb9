using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>
/// Publishes what a client of version 1 sends. A message costs the same whether it carries a thousand rows or ten thousand, so
/// whatever comes of a table while earlier rows are on their way is gathered into one batch, and at once when none are: no
/// client waits for another batch to come. Only the gathered batch has a number, and each is answered for all of its frames.
/// </summary>
internal sealed class Gathering(GatewayContext gateway, SessionId session, int shards)
{
    /// <summary>Larger batches are hardly cheaper.</summary>
    private const int RowBytesMax = 6 << 20;

    private readonly BatchIntake _intake = new(gateway, session);
    private readonly ArrivalNumbering _numbering = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _onTheirWay = [];
    private TaskCompletionSource<BatchReceived>? _gathered;
    private Batch? _batch;
    private long _rowBytes;
    // Rows are being read, which nobody waits for: what is due is published when they have been.
    private bool _isReading;

    /// <summary>The rows of the session that were rejected.</summary>
    public RejectionList Rejections => _intake.Rejections;

    /// <summary>Takes in the rows of a frame, one frame after the other.</summary>
    /// <returns>Completes when they can no longer be lost.</returns>
    /// <exception cref="ProtocolException">They are no rows of the table, or the table has ended.</exception>
    public Task<BatchReceived> Add(TableRows rows)
    {
        lock (_lock)
        {
            if (_numbering.HasEnded(rows.Table)) throw new ProtocolException($"{rows.Table}: found a batch after the EOF of the table, expected none.");
            if (_batch is { } other && other.Table != rows.Table) Publish();
            _isReading = true;
        }

        try
        {
            var batch = _intake.Read(rows);
            lock (_lock)
            {
                _batch = batch;
                _rowBytes += rows.Rows.Length;
                _gathered ??= new TaskCompletionSource<BatchReceived>(TaskCreationOptions.RunContinuationsAsynchronously);
                return _gathered.Task;
            }
        }
        finally
        {
            lock (_lock)
            {
                _isReading = false;
                if (_gathered is not null && (_onTheirWay.Count == 0 || _rowBytes >= RowBytesMax)) TryPublish();
            }
        }
    }

    /// <summary>Ends a table: nothing more of it may come from now on.</summary>
    /// <returns>
    /// Its end, once none of its batches can be lost any more. An end that is in the registry while one of them may be would leave
    /// a session, should this process die, that nobody can complete and nobody takes for one without its client.
    /// </returns>
    public async Task<TableEnd> EndAsync(Table table)
    {
        TableEnd end;
        Task[] onTheirWay;
        lock (_lock)
        {
            if (_batch?.Table == table) Publish();
            end = _numbering.End(table);
            onTheirWay = [.. _onTheirWay];
        }

        await Task.WhenAll(onTheirWay);
        return end;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is thrown to those who wait for the answer.")]
    private void TryPublish()
    {
        var waiting = _gathered!;
        try
        {
            Publish();
        }
        catch (Exception e)
        {
            // Those who wait for it hear of it, whoever happens to be here.
            waiting.TrySetException(e);
        }
    }

    private void Publish()
    {
        var (batch, gathered) = (_batch!, _gathered!);
        var columns = _intake.TakeColumns(batch);
        var hash = ContentHash.Of(columns);
        var number = _numbering.Assign(batch.Table, hash);
        GatewayLog.BatchCreated(gateway.Log, session, batch.Table, number, batch.Count, batch.Count);
        (_batch, _gathered, _rowBytes) = (null, null, 0);
        batch.Clear();
        _onTheirWay.Add(gathered.Task);
        _ = PublishAsync(new Message(session, Input.Of(batch.Table), MessageKind.Batch, number, hash, columns), gathered);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is thrown to those who wait for the answer.")]
    private async Task PublishAsync(Message message, TaskCompletionSource<BatchReceived> gathered)
    {
        try
        {
            await gateway.Publisher.PublishAsync(message, shards, gateway.Limits.RepublishTime);
            gathered.SetResult(BatchReceived.Success);
        }
        catch (Exception e)
        {
            gathered.SetException(e);
        }

        lock (_lock)
        {
            _onTheirWay.Remove(gathered.Task);
            if (!_isReading && _gathered is not null && _onTheirWay.Count == 0) TryPublish();
        }
    }
}
