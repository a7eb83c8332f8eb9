using System.Buffers;
using System.Text;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>Turns the rows of version 1 into batches of the columns that queries read. Memory is reused from batch to batch.</summary>
internal sealed class BatchIntake
{
    private readonly GatewayContext _gateway;
    private readonly SessionId _session;
    private readonly Dictionary<Table, Batch> _batches = [];
    private readonly Dictionary<Table, long> _arrived = [];
    private readonly ArrayBufferWriter<byte> _columns = new();
    private readonly List<RowRejection> _rejected = [];
    private readonly RejectedRow _onRejected;
    private byte[] _body = [];

    public BatchIntake(GatewayContext gateway, SessionId session)
    {
        (_gateway, _session, _onRejected) = (gateway, session, Reject);
        Rejections = gateway.Rejections.Begin(session);
    }

    /// <summary>The rows of the session that were rejected.</summary>
    public RejectionList Rejections { get; }

    /// <summary>Adds the rows of a message to the batch of its table.</summary>
    /// <param name="rows">The message.</param>
    /// <returns>The batch.</returns>
    /// <exception cref="ProtocolException">The rows are no rows of the table; none has been added.</exception>
    public Batch Read(TableRows rows)
    {
        _rejected.Clear();
        if (!_batches.TryGetValue(rows.Table, out var batch)) _batches[rows.Table] = batch = new Batch(rows.Table);
        var before = batch.Count;
        RowsReader.Append(rows.Rows.AsSpan(ref _body), rows.Count, batch, _onRejected);
        var number = _arrived[rows.Table] = _arrived.GetValueOrDefault(rows.Table) + 1;
        GatewayLog.BatchFiltered(_gateway.Log, _session, rows.Table, rows.Count, batch.Count - before);
        foreach (var rejection in _rejected)
        {
            Rejections.Add(rejection with { Table = rows.Table.Name, Batch = number });
            GatewayLog.RowRejected(_gateway.Log, _session, rows.Table, number, rejection.Row, rejection.Column);
        }

        return batch;
    }

    /// <summary>The columnar rows of a batch. They are the caller's: a batch that has a number is published until it is confirmed.</summary>
    public byte[] TakeColumns(Batch batch)
    {
        _columns.ResetWrittenCount();
        ColumnarCodec.Write(batch, _columns);
        return _columns.WrittenSpan.ToArray();
    }

    private void Reject(int row, Column column, ReadOnlySpan<byte> found)
    {
        if (!Rejections.HasRoomFor(_rejected.Count + 1))
        {
            Rejections.CountUnlisted();
            return;
        }

        // A character has at most four bytes; one that is cut in half shows as U+FFFD.
        var text = Encoding.UTF8.GetString(found[..Math.Min(found.Length, 4 * RowRejection.FoundCharsMax)]);
        _rejected.Add(new RowRejection("", 0, row + 1, column.Name, text[..Math.Min(text.Length, RowRejection.FoundCharsMax)], column.Expected));
    }
}
