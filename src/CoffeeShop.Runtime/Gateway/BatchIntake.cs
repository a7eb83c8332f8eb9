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

    /// <summary>Reads a batch.</summary>
    /// <param name="rows">The message.</param>
    /// <param name="body">The body it was read from.</param>
    /// <returns>The content hash, and a batch that is valid until the next one of the table is read.</returns>
    /// <exception cref="ProtocolException">The rows are no rows of the table.</exception>
    public (ulong Hash, Batch Batch) Read(TableRows rows, ReadOnlySequence<byte> body)
    {
        _rejected.Clear();
        if (!_batches.TryGetValue(rows.Table, out var batch)) _batches[rows.Table] = batch = new Batch(rows.Table);
        var bytes = body.AsSpan(ref _body);
        RowsReader.Read(bytes[TableRows.HeaderBytes..], rows.Count, batch, _onRejected);
        return (ContentHash.Of(bytes), batch);
    }

    /// <summary>Lists the rows of the last batch that were rejected, under the number it has got.</summary>
    public void TellRejections(Table table, long number)
    {
        foreach (var rejection in _rejected)
        {
            Rejections.Add(rejection with { Table = table.Name, Batch = number });
            GatewayLog.RowRejected(_gateway.Log, _session, table, number, rejection.Row, rejection.Column);
        }
    }

    /// <summary>The columnar rows of a batch. They are the caller's: a batch that has a number is published until it is confirmed.</summary>
    public byte[] Write(Batch batch)
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
