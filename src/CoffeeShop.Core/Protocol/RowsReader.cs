using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>Gets a row that is no row of its table: it is not in the batch.</summary>
/// <param name="row">Its place in the frame, from 0.</param>
/// <param name="column">The first column whose value does not fit; <see cref="Column.Expected"/> says what would.</param>
/// <param name="found">The value; valid during the call.</param>
public delegate void RejectedRow(int row, Column column, ReadOnlySpan<byte> found);

/// <summary>
/// Reads the rows of version 1 into batches. Each is a map of texts, its keys in any order:
/// <code>
/// row:   │ pairs i32 │ { key text │ value text } × pairs │
/// text:  │ length i32 │ UTF-8, length bytes │
/// </code>
/// Keys that no query reads are passed over. Nothing is allocated for a row.
/// </summary>
public static class RowsReader
{
    /// <summary>No row has more pairs.</summary>
    public const int PairsMax = 64;

    /// <summary>No key is longer.</summary>
    public const int KeyBytesMax = 255;

    /// <summary>So many rows are read column by column: their bytes stay in a core's cache until the last column.</summary>
    private const int RowsAtOnce = 256;

    /// <summary>Adds rows to a batch.</summary>
    /// <param name="rows">The bytes of the rows, and no others.</param>
    /// <param name="count">How many they are said to be.</param>
    /// <param name="batch">A batch of the table. After an error it is as it was.</param>
    /// <param name="onRejected">Called for every row with a value that does not fit its column. The others are taken in.</param>
    /// <exception cref="ProtocolException">A length, a count, a key or UTF-8 is wrong: they are no rows at all.</exception>
    public static void Append(ReadOnlySpan<byte> rows, int count, Batch batch, RejectedRow onRejected)
    {
        var keys = RowKeys.Of(batch.Table);
        var countMax = rows.Length / keys.RowBytesMin;
        if (count < 0 || count > countMax)
            throw new ProtocolException($"Rows of {batch.Table}: found {count} rows, expected 0 to {countMax} in {rows.Length} bytes.");
        batch.Reserve(batch.Count + count);
        var reader = new Reader(rows, keys, stackalloc Range[PairsMax], stackalloc KnownKey[PairsMax]);
        batch.Commit(reader.Read(count, batch, onRejected));
    }

    private ref struct Reader(ReadOnlySpan<byte> rows, RowKeys keys, Span<Range> unknown, Span<KnownKey> pattern)
    {
        private readonly ReadOnlySpan<byte> _rows = rows;
        private readonly Span<Range> _unknown = unknown;
        // The keys of the last row whose keys were looked up.
        private readonly Span<KnownKey> _pattern = pattern;
        // All text is checked at once where it can be: nearly all of it is ASCII.
        private readonly bool _isAscii = Ascii.IsValid(rows);
        private int _patternLength;
        private int _at;
        private int _row;

        [MethodImpl(Hot.Path)]
        public int Read(int count, Batch batch, RejectedRow onRejected)
        {
            // Behind the columns, one for whatever no query reads.
            var width = batch.Columns.Length + 1;
            // And one behind the last, which is read by nobody and asked for by those who read columns.
            Span<Field> fields = stackalloc Field[(RowsAtOnce * width) + 1];
            var taken = batch.Count;
            while (_row < count)
            {
                var (first, found) = (_row, 0);
                do
                {
                    var row = fields.Slice(found++ * width, width);
                    if (!TryReadLikeBefore(row)) ReadRow(row);
                    _row++;
                }
                while (found < RowsAtOnce && _row < count && HasBytesBehind);

                taken += Take(batch, taken, first, fields, found, onRejected);
            }

            return _at == _rows.Length ? taken : throw Wrong($"{_rows.Length - _at} bytes more", "the end of the body");
        }

        /// <summary>Whether what has been read has as many bytes behind it as may be loaded with it.</summary>
        private readonly bool HasBytesBehind => _rows.Length - _at >= ColumnFields.BytesBehind;

        /// <summary>Parses the fields of rows, column by column if every value fits, and row by row what is left.</summary>
        /// <returns>How many rows were added.</returns>
        private readonly int Take(Batch batch, int taken, int first, ReadOnlySpan<Field> fields, int count, RejectedRow onRejected)
        {
            var columns = batch.Columns;
            var width = columns.Length + 1;
            // Only the last may lack bytes behind it.
            var done = HasBytesBehind ? count : count - 1;
            if (!TryTake(columns, taken, fields, done)) done = 0;
            var fit = done;
            for (var row = done; row < count; row++)
            {
                var fitting = 0;
                var ofRow = fields.Slice(row * width, width);
                while (fitting < columns.Length && columns[fitting].TrySet(taken + fit, TextOf(ofRow[fitting]))) fitting++;
                if (fitting == columns.Length) fit++;
                else onRejected(first + row, batch.Table.Columns[fitting], TextOf(ofRow[fitting]));
            }

            return fit;
        }

        private readonly bool TryTake(ReadOnlySpan<ColumnBuffer> columns, int taken, ReadOnlySpan<Field> fields, int count)
        {
            var ends = MemoryMarshal.Cast<Field, int>(fields);
            for (var i = 0; i < columns.Length; i++)
                if (!columns[i].TrySetAll(taken, new ColumnFields(_rows, ends, count, 2 * i, 2 * (columns.Length + 1), _isAscii))) return false;
            return true;
        }

        private readonly ReadOnlySpan<byte> TextOf(Field field) => _rows[(field.Before + 1)..field.End];

        /// <summary>
        /// Finds the fields of a row that has the keys of one before it, in the same order: nearly every row has. Each is compared
        /// in one step, and all that is to be checked of a row's keys has been checked.
        /// </summary>
        /// <returns>False when it is another row, or a wrong one: nothing has been read then.</returns>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private bool TryReadLikeBefore(scoped Span<Field> fields)
        {
            if (_patternLength == 0 || _rows.Length - _at < sizeof(int)) return false;
            var at = _at + sizeof(int);
            if (BinaryPrimitives.ReadInt32LittleEndian(_rows[_at..]) != _patternLength) return false;
            foreach (ref readonly var key in _pattern[.._patternLength])
            {
                if (_rows.Length - at < RowKeys.TemplateBytes + sizeof(int)) return false;
                if ((Vector256.Create(_rows[at..]) & key.Mask) != key.Template) return false;
                at += key.Bytes;
                var length = BinaryPrimitives.ReadInt32LittleEndian(_rows[at..]);
                at += sizeof(int);
                if ((uint)length > (uint)(_rows.Length - at)) return false;
                fields[key.Column] = new Field(at - 1, at + length);
                at += length;
            }

            _at = at;
            return true;
        }

        /// <summary>Finds the fields of a row, key by key.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private void ReadRow(scoped Span<Field> fields)
        {
            _patternLength = 0;
            var pairs = ReadLength(PairsMax, "pairs");
            var seen = 0U;
            var isPattern = _isAscii;
            var others = 0;
            for (var pair = 0; pair < pairs; pair++)
            {
                var start = _at;
                var key = ReadText(KeyBytesMax, "the length of a key");
                ref readonly var known = ref keys.Find(key.Length, key.Length == 0 ? (byte)0 : _rows[key.Before + 1], Load(start));
                if ((seen & known.Bit) != 0) throw Wrong($"{keys.NameOf(known.Bit)} twice", "each key once");
                seen |= known.Bit;
                if (known.Bit == 0) AddUnknown(key, ref others);
                var column = known.Column >= 0 ? known.Column : fields.Length - 1;
                isPattern &= _at - start <= RowKeys.TemplateBytes;
                if (isPattern) _pattern[pair] = new KnownKey(Load(start) & RowKeys.MaskOf(_at - start), RowKeys.MaskOf(_at - start), _at - start, column);
                fields[column] = ReadText(int.MaxValue, "the length of a value");
            }

            if ((seen & keys.Required) != keys.Required)
                throw Wrong($"no {keys.NameOf(keys.Required & ~seen)}", "all keys that a query reads");
            if (isPattern) _patternLength = pairs;
        }

        /// <summary>Keeps a key that the table does not have, so that a second one like it is noticed.</summary>
        private readonly void AddUnknown(Field key, ref int count)
        {
            var text = TextOf(key);
            foreach (var other in _unknown[..count])
                if (_rows[other].SequenceEqual(text)) throw Wrong("a key twice", "each key once");
            _unknown[count++] = (key.Before + 1)..key.End;
        }

        /// <summary>A key with its length, in one piece; with zeros behind it at the end of the rows.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector256<byte> Load(int start)
        {
            if (start + RowKeys.TemplateBytes <= _rows.Length) return Vector256.Create(_rows.Slice(start, RowKeys.TemplateBytes));
            Span<byte> last = stackalloc byte[RowKeys.TemplateBytes];
            last.Clear();
            _rows[start..].CopyTo(last);
            return Vector256.Create<byte>(last);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Field ReadText(int bytesMax, string what)
        {
            var length = ReadLength(Math.Min(bytesMax, _rows.Length - _at - sizeof(int)), what);
            var start = _at;
            _at += length;
            if (!_isAscii && !Utf8.IsValid(_rows.Slice(start, length))) throw Wrong("bytes that are no UTF-8", "text");
            return new Field(start - 1, _at);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private int ReadLength(int max, string what)
        {
            if (_rows.Length - _at < sizeof(int)) throw Wrong($"{_rows.Length - _at} bytes for {what}", $"{sizeof(int)}");
            var length = BinaryPrimitives.ReadInt32LittleEndian(_rows[_at..]);
            if ((uint)length > (uint)max) throw Wrong($"{length} for {what}", $"0 to {max}");
            _at += sizeof(int);
            return length;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly ProtocolException Wrong(string found, string expected) =>
            new($"Rows of {keys.Table}, row {_row}: found {found}, expected {expected}.");
    }

    /// <summary>Where a text is: the place before it, and its end.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Field(int Before, int End)
    {
        public int Length => End - Before - 1;
    }

    /// <summary>A key that has been looked up, with its length before it: what of the template counts, how many bytes that is, and the column whose field follows.</summary>
    private readonly record struct KnownKey(Vector256<byte> Template, Vector256<byte> Mask, int Bytes, int Column);
}
