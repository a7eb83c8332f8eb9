using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>
/// Collects the rows of version 1 and cuts them into frames, each with as many as fit. Give every row's values in the order
/// of <see cref="Keys"/>; when <see cref="IsFull"/>, and at the end of a file while <see cref="Count"/> is above 0,
/// <see cref="Flush"/>. Where the cuts fall follows from the rows alone.
/// </summary>
public sealed class RowsWriter
{
    private const byte Replacement = (byte)'?';
    private const int RowsBytesMax = Frame.BodyBytesMax - TableRows.HeaderBytes;

    /// <summary>Values that are not longer are copied in one step, with what stands behind them.</summary>
    private const int CopyBytes = 64;

    private readonly int _rowsMax;
    private readonly (Vector256<byte> Template, int Bytes)[] _keys;
    // Two frames' worth: the row that does not fit any more stands behind those that do. Behind it, what is copied too much.
    private readonly byte[] _rows = new byte[(2 * Frame.BodyBytesMax) + CopyBytes];
    private int _at;
    private int _rowStart;
    private int _lastRowStart;
    private int _nextKey;

    /// <summary>Makes a writer without rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rowsMax">No frame has more rows.</param>
    public RowsWriter(Table table, int rowsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsMax, 1);
        (Table, _rowsMax, Keys) = (table, rowsMax, WireKey.Of(table));
        _keys = [.. Keys.Select(key => (Vector256.Create<byte>(RowKeys.Template(key.Name, out var bytes)), bytes))];
    }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>The keys of a row, in the order of its values.</summary>
    public ImmutableArray<WireKey> Keys { get; }

    /// <summary>The number of whole rows.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is one row more than a frame holds.</summary>
    public bool IsFull => Count > _rowsMax || _rowStart > RowsBytesMax;

    /// <summary>Begins a row, in place of one that has not been ended.</summary>
    public void BeginRow()
    {
        if (IsFull) throw new InvalidOperationException("The frame is full and has not been flushed.");
        (_at, _nextKey) = (_rowStart, 0);
        WriteLength(_keys.Length);
    }

    /// <summary>Writes the value of the next key. What is no UTF-8, in a column that no query reads, becomes question marks: a receiver refuses it.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The row is longer than a frame.</exception>
    [MethodImpl(Hot.Path)]
    public void Value(ReadOnlySpan<byte> value)
    {
        ref readonly var key = ref _keys[_nextKey++];
        if (_at - _rowStart + key.Bytes + sizeof(int) + value.Length > RowsBytesMax)
            throw new ArgumentException($"The row takes more than {RowsBytesMax} bytes, which is what a frame holds.", nameof(value));
        // The key and what lies behind it in one step; what is too much is written over.
        key.Template.CopyTo(_rows.AsSpan(_at));
        BinaryPrimitives.WriteInt32LittleEndian(_rows.AsSpan(_at + key.Bytes), value.Length);
        value.CopyTo(_rows.AsSpan(_at + key.Bytes + sizeof(int)));
        _at += key.Bytes + sizeof(int) + value.Length;
    }

    /// <summary>Ends a row that has all its values.</summary>
    public void EndRow()
    {
        if (_nextKey != _keys.Length) throw new InvalidOperationException($"The row has {_nextKey} values, expected {_keys.Length}.");
        EndRow(isAscii: false);
    }

    /// <summary>Adds rows of a plain block as they stand in it, until there are no more or it is full.</summary>
    /// <param name="block">The block.</param>
    /// <param name="record">The first of them.</param>
    /// <param name="fields">The field of each key; −1 for one without, whose values are empty.</param>
    /// <returns>The first record that has not been added.</returns>
    [MethodImpl(Hot.Path)]
    internal int Add(PlainBlock block, int record, ReadOnlySpan<int> fields)
    {
        for (; record < block.Count && !IsFull; record++)
        {
            BeginRow();
            for (var i = 0; i < fields.Length; i++)
            {
                var (start, end) = fields[i] < 0 ? (0, 0) : block.Range(record, fields[i]);
                AddValue(in _keys[i], block.Bytes, start, end - start);
            }

            EndRow(block.IsAscii);
        }

        return record;
    }

    /// <summary>Writes a frame with the rows that fit, and keeps the one that does not.</summary>
    /// <param name="output">Gets the frame.</param>
    /// <param name="number">The number of the batch.</param>
    /// <param name="status">What it says about the batches after it.</param>
    /// <returns>The number of rows in the frame.</returns>
    public int Flush(IBufferWriter<byte> output, long number, BatchStatus status)
    {
        var (count, bytes) = IsFull ? (Count - 1, _lastRowStart) : (Count, _rowStart);
        FrameWriter.Write(output, new TableRows(Table, count, number, status, new ReadOnlySequence<byte>(_rows, 0, bytes)));
        _rows.AsSpan(bytes, _rowStart - bytes).CopyTo(_rows);
        (_rowStart, Count) = (_rowStart - bytes, Count - count);
        return count;
    }

    /// <summary>As <see cref="Value"/>, for a value that has as many bytes behind it as are copied too much, in a row that fits in a frame as every record does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddValue(in (Vector256<byte> Template, int Bytes) key, byte[] bytes, int start, int length)
    {
        key.Template.CopyTo(_rows, _at);
        _at += key.Bytes;
        WriteLength(length);
        if (length <= CopyBytes) Vector512.Create(bytes, start).CopyTo(_rows, _at);
        else bytes.AsSpan(start, length).CopyTo(_rows.AsSpan(_at));
        _at += length;
    }

    private void EndRow(bool isAscii)
    {
        // Nearly all rows are ASCII, and that is found out for a whole row at once.
        if (!isAscii && !Ascii.IsValid(_rows.AsSpan(_rowStart.._at))) MendRow();
        (_lastRowStart, _rowStart) = (_rowStart, _at);
        Count++;
    }

    private void WriteLength(int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_rows.AsSpan(_at), length);
        _at += sizeof(int);
    }

    private void MendRow()
    {
        var at = _rowStart + sizeof(int);
        foreach (var (_, keyBytes) in _keys)
        {
            at += keyBytes;
            var length = BinaryPrimitives.ReadInt32LittleEndian(_rows.AsSpan(at));
            at += sizeof(int);
            Mend(_rows.AsSpan(at, length));
            at += length;
        }
    }

    private static void Mend(Span<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out _, out var bytes) != OperationStatus.Done) text[..bytes].Fill(Replacement);
            text = text[bytes..];
        }
    }
}
