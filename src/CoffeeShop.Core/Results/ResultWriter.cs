using System.Buffers;
using System.Buffers.Text;
using System.Text;
using CoffeeShop.Tables;

namespace CoffeeShop.Results;

/// <summary>
/// Writes the rows of an answer as NDJSON, one canonical form for each row: keys in order, no spaces, numbers without
/// exponent and without trailing zeros, and only <c>"</c>, <c>\</c> and control characters escaped.
/// </summary>
/// <param name="output">Gets the bytes.</param>
public sealed class ResultWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(b => (byte)b), (byte)'"', (byte)'\\']);

    private ResultShape? _shape;
    private int _column;

    /// <summary>How many rows have been written.</summary>
    public long Rows { get; private set; }

    /// <summary>Begins a row. A value for each of its columns must follow, and then its end.</summary>
    /// <param name="shape">The form of the row.</param>
    public void Begin(ResultShape shape)
    {
        if (_shape is not null) throw new InvalidOperationException($"A row of {_shape.Query} has not ended.");
        (_shape, _column) = (shape, 0);
    }

    /// <summary>Writes text.</summary>
    /// <param name="utf8">The text, valid UTF-8.</param>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        Prefix(isNumber: false);
        output.Write("\""u8);
        for (int i; (i = utf8.IndexOfAny(Escaped)) >= 0; utf8 = utf8[(i + 1)..])
        {
            output.Write(utf8[..i]);
            Escape(utf8[i]);
        }

        output.Write(utf8);
        output.Write("\""u8);
    }

    /// <summary>Writes text.</summary>
    /// <param name="text">The text.</param>
    public void Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes that there is no value.</summary>
    public void Null()
    {
        Prefix(isNumber: false);
        output.Write("null"u8);
    }

    /// <summary>Writes an amount of money.</summary>
    /// <param name="units">Units of <see cref="Money"/>.</param>
    public void Amount(Int128 units)
    {
        Prefix(isNumber: true);
        output.Advance(Money.Format(units, output.GetSpan(Money.FormattedBytesMax)));
    }

    /// <summary>Writes a count.</summary>
    /// <param name="count">The count.</param>
    public void Count(Int128 count)
    {
        Prefix(isNumber: true);
        count.TryFormat(output.GetSpan(Money.FormattedBytesMax), out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    /// <summary>Ends the row.</summary>
    public void End()
    {
        if (_shape is null || _column != _shape.Columns.Length)
            throw new InvalidOperationException($"A row of {_shape?.Query} has {_column} values, expected {_shape?.Columns.Length}.");
        output.Write("}\n"u8);
        _shape = null;
        Rows++;
    }

    private void Prefix(bool isNumber)
    {
        if (_shape is null || _column >= _shape.Columns.Length || _shape.Columns[_column].IsNumber != isNumber)
            throw new InvalidOperationException($"A row of {_shape?.Query} has no such column at {_column}.");
        output.Write(_shape.Prefixes[_column++]);
    }

    private void Escape(byte character)
    {
        ReadOnlySpan<byte> escape = character switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\b' => "\\b"u8,
            (byte)'\t' => "\\t"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\f' => "\\f"u8,
            (byte)'\r' => "\\r"u8,
            _ => default,
        };
        if (!escape.IsEmpty)
        {
            output.Write(escape);
            return;
        }

        var bytes = output.GetSpan(6);
        "\\u00"u8.CopyTo(bytes);
        Utf8Formatter.TryFormat(character, bytes[4..], out _, new StandardFormat('x', 2));
        output.Advance(6);
    }
}
