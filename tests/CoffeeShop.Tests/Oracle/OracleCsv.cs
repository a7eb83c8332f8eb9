using System.Text;

namespace CoffeeShop.Tests.Oracle;

/// <summary>A record of a CSV file: the line it begins on, and its fields; null when it breaks the rules of quoting.</summary>
internal sealed record OracleRecord(int Line, IReadOnlyList<string>? Fields);

/// <summary>
/// A reader of RFC 4180, a character at a time: as plain as can be, to be compared with. Characters are bytes (Latin-1), so
/// that what is no UTF-8 passes unharmed.
/// </summary>
internal sealed class OracleCsv
{
    private readonly string _text;
    private int _at;
    private int _line = 1;

    public OracleCsv(string path)
    {
        _text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        if (_text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal)) _at = 3;
    }

    public IEnumerable<OracleRecord> Records()
    {
        while (_at < _text.Length)
        {
            if (TrySkipLineEnd()) continue;
            var (start, line) = (_at, _line);
            if (TryReadRecord(out var fields))
            {
                yield return new OracleRecord(line, fields);
                continue;
            }

            // A quote that never closes costs its line, and no more.
            var end = _text.IndexOf('\n', start);
            (_at, _line) = (end < 0 ? _text.Length : end + 1, line + 1);
            yield return new OracleRecord(line, null);
        }
    }

    /// <summary>False when a quote never closes; no fields when they break the rules in another way.</summary>
    private bool TryReadRecord(out List<string>? fields)
    {
        fields = [];
        var wellFormed = true;
        do
        {
            if (!TryReadField(fields, ref wellFormed)) return false;
        }
        while (TrySkip(","));
        TrySkipLineEnd();
        if (!wellFormed) fields = null;
        return true;
    }

    private bool TryReadField(List<string> fields, ref bool wellFormed)
    {
        var field = new StringBuilder();
        var quoted = TrySkip("\"");
        while (quoted && !IsClosing())
        {
            if (_at == _text.Length) return false;
            TrySkip("\"");
            field.Append(Take());
        }

        if (quoted) TrySkip("\"");
        var unquoted = new StringBuilder();
        while (_at < _text.Length && _text[_at] is not (',' or '\n') && !_text.AsSpan(_at).StartsWith("\r\n")) unquoted.Append(Take());
        wellFormed &= quoted ? unquoted.Length == 0 : !unquoted.ToString().Contains('"', StringComparison.Ordinal);
        fields.Add(field.Append(unquoted).ToString());
        return true;
    }

    /// <summary>Whether here is a quote that is not doubled.</summary>
    private bool IsClosing() => _at < _text.Length && _text[_at] == '"' && !_text.AsSpan(_at).StartsWith("\"\"");

    private char Take()
    {
        if (_text[_at] == '\n') _line++;
        return _text[_at++];
    }

    private bool TrySkipLineEnd()
    {
        if (!TrySkip("\r\n") && !TrySkip("\n")) return false;
        _line++;
        return true;
    }

    private bool TrySkip(string what)
    {
        if (!_text.AsSpan(_at).StartsWith(what)) return false;
        _at += what.Length;
        return true;
    }
}
