using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>
/// Writes the rows of version 1 where they are sent from, in frames, each with as many as fit. Give every row's values in the
/// order of <see cref="Keys"/>; when <see cref="IsFull"/>, and at the end of a file while <see cref="Count"/> is above 0,
/// <see cref="Flush"/>. Where the cuts fall follows from the rows alone.
/// </summary>
public sealed class RowsWriter
{
    private const byte Replacement = (byte)'?';
    private const int RowsBytesMax = Frame.BodyBytesMax - TableRows.HeaderBytes;

    /// <summary>Where the rows of a frame begin. What stands before them is written last.</summary>
    private const int RowsStart = Frame.HeaderBytes + TableRows.HeaderBytes;

    /// <summary>Values that are not longer are copied in one step, with what stands behind them.</summary>
    private const int CopyBytes = ColumnFields.BytesBehind;

    // Two frames' worth: the row that does not fit any more stands behind those that do. Behind it, what is copied too much.
    private const int BufferBytes = RowsStart + (2 * RowsBytesMax) + CopyBytes;

    private readonly int _rowsMax;
    private readonly Func<ArrayBufferWriter<byte>> _newFrame;
    private readonly (Vector256<byte> Template, int Bytes)[] _keys;
    private ArrayBufferWriter<byte>? _frame;
    private byte[] _bytes = [];
    private int _at;
    private int _rowStart = RowsStart;
    private int _lastRowStart;
    private int _nextKey;

    /// <summary>Makes a writer without rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rowsMax">No frame has more rows.</param>
    /// <param name="newFrame">Gives an empty buffer, whenever a frame begins.</param>
    public RowsWriter(Table table, int rowsMax, Func<ArrayBufferWriter<byte>> newFrame)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsMax, 1);
        (Table, _rowsMax, _newFrame, Keys) = (table, rowsMax, newFrame, WireKey.Of(table));
        _keys = [.. Keys.Select(key => (Vector256.Create<byte>(RowKeys.Template(key.Name, out var bytes)), bytes))];
    }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>The keys of a row, in the order of its values.</summary>
    public ImmutableArray<WireKey> Keys { get; }

    /// <summary>The number of whole rows.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is one row more than a frame holds.</summary>
    public bool IsFull => Count > _rowsMax || _rowStart > RowsStart + RowsBytesMax;

    /// <summary>Begins a row, in place of one that has not been ended.</summary>
    public void BeginRow()
    {
        if (IsFull) throw new InvalidOperationException("The frame is full and has not been flushed.");
        if (_frame is null) BeginFrame();
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_rowStart), _keys.Length);
        (_at, _nextKey) = (_rowStart + sizeof(int), 0);
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
        key.Template.CopyTo(_bytes.AsSpan(_at));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_at + key.Bytes), value.Length);
        value.CopyTo(_bytes.AsSpan(_at + key.Bytes + sizeof(int)));
        _at += key.Bytes + sizeof(int) + value.Length;
    }

    /// <summary>Ends a row that has all its values.</summary>
    public void EndRow()
    {
        if (_nextKey != _keys.Length) throw new InvalidOperationException($"The row has {_nextKey} values, expected {_keys.Length}.");
        EndRow(isAscii: false);
    }

    /// <summary>Adds rows of a plain block as they stand in it, until there are no more or it is full.</summary>
    /// <param name="block">The block. Its records are no longer than a frame's rows, and there are as many bytes behind each field as are copied too much.</param>
    /// <param name="record">The first of them.</param>
    /// <param name="fields">The field of each key; −1 for one without, whose values are empty.</param>
    /// <returns>The first record that has not been added.</returns>
    [MethodImpl(Hot.Path)]
    internal int Add(PlainBlock block, int record, ReadOnlySpan<int> fields)
    {
        var keys = _keys.AsSpan(0, fields.Length);
        ref var source = ref MemoryMarshal.GetArrayDataReference(block.Bytes);
        for (; record < block.Count && !IsFull; record++)
        {
            if (_frame is null) BeginFrame();
            // There is room for the longest record with its keys, so nothing is checked; and what is too much is written over.
            ref var row = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes), _rowStart);
            WriteLength(ref row, keys.Length);
            var at = (nint)sizeof(int);
            for (var i = 0; i < keys.Length; i++)
            {
                ref readonly var key = ref keys[i];
                var (start, end) = fields[i] < 0 ? (0, 0) : block.Range(record, fields[i]);
                var length = end - start;
                key.Template.StoreUnsafe(ref Unsafe.Add(ref row, at));
                at += key.Bytes;
                WriteLength(ref Unsafe.Add(ref row, at), length);
                at += sizeof(int);
                if (length <= Vector256<byte>.Count) Vector256.LoadUnsafe(ref source, (nuint)start).StoreUnsafe(ref Unsafe.Add(ref row, at));
                else if (length <= CopyBytes) Vector512.LoadUnsafe(ref source, (nuint)start).StoreUnsafe(ref Unsafe.Add(ref row, at));
                else block.Bytes.AsSpan(start, length).CopyTo(_bytes.AsSpan(_rowStart + (int)at));
                at += length;
            }

            _at = _rowStart + (int)at;
            EndRow(block.IsAscii);
        }

        return record;
    }

    /// <summary>Ends the frame with the rows that fit, and keeps the one that does not for the next.</summary>
    /// <param name="number">The number of the batch.</param>
    /// <param name="status">What it says about the batches after it.</param>
    /// <returns>The frame, and the number of rows in it.</returns>
    public (ArrayBufferWriter<byte> Frame, int Rows) Flush(long number, BatchStatus status)
    {
        if (_frame is null) BeginFrame();
        var (frame, bytes) = (_frame!, _bytes);
        var (count, end) = IsFull ? (Count - 1, _lastRowStart) : (Count, _rowStart);
        TableRows.WriteHeader(frame, Table, count, number, status, end - RowsStart);
        // The rows are where they belong.
        frame.Advance(end - RowsStart);

        var kept = bytes.AsSpan(end.._rowStart);
        (_frame, _rowStart, Count) = (null, RowsStart + kept.Length, Count - count);
        if (!kept.IsEmpty)
        {
            BeginFrame();
            kept.CopyTo(_bytes.AsSpan(RowsStart));
        }

        return (frame, count);
    }

    private void BeginFrame()
    {
        _frame = _newFrame();
        if (_frame.WrittenCount > 0 || !MemoryMarshal.TryGetArray<byte>(_frame.GetMemory(BufferBytes), out var memory) || memory.Offset > 0)
            throw new InvalidOperationException("The buffer of a new frame is not empty.");
        _bytes = memory.Array!;
    }

    private static void WriteLength(ref byte at, int length) =>
        Unsafe.WriteUnaligned(ref at, BitConverter.IsLittleEndian ? length : BinaryPrimitives.ReverseEndianness(length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndRow(bool isAscii)
    {
        // Nearly all rows are ASCII, and that is found out for a whole row at once.
        if (!isAscii && !Ascii.IsValid(_bytes.AsSpan(_rowStart.._at))) MendRow();
        (_lastRowStart, _rowStart) = (_rowStart, _at);
        Count++;
    }

    private void MendRow()
    {
        var at = _rowStart + sizeof(int);
        foreach (var (_, keyBytes) in _keys)
        {
            at += keyBytes;
            var length = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));
            at += sizeof(int);
            Mend(_bytes.AsSpan(at, length));
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
