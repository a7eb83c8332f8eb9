using System.Text;

namespace CoffeeShop.Tests.Csv;

/// <summary>Why a record is none.</summary>
internal enum Flaw
{
    None,
    StrayQuote,
    TextAfterQuote,
    Unclosed,
}

/// <summary>A record, or, when it is unclosed, the line that is given up.</summary>
internal sealed record ReferenceRecord(int Offset, IReadOnlyList<string> Fields, string Raw, Flaw Flaw);

/// <summary>
/// RFC 4180 once more, slow and plain: a character at a time, over a text whose characters are the bytes of the file.
/// A quote opens only at the start of a field; blank lines are skipped; LF, CRLF and a lone CR end a record. When a
/// quote never closes, the line (up to its line feed) is given up and reading goes on after it.
/// </summary>
internal sealed class ReferenceCsv
{
    private readonly string _text;
    private int _at;

    private ReferenceCsv(string text) => _text = text;

    public static List<ReferenceRecord> Read(string text)
    {
        var reader = new ReferenceCsv(text);
        reader.SkipMark();
        List<ReferenceRecord> records = [];
        while (reader._at < text.Length) records.AddRange(reader.ReadLine());
        return records;
    }

    private void SkipMark() => _at = _text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? 3 : 0;

    /// <summary>The records up to a line feed outside of quotes: one, but for lone carriage returns.</summary>
    private List<ReferenceRecord> ReadLine()
    {
        var start = _at;
        List<ReferenceRecord> records = [];
        while (_at < _text.Length)
        {
            var recordStart = _at;
            if (ReadRecord() is not { } record)
            {
                var end = _text.IndexOf('\n', start);
                _at = end < 0 ? _text.Length : end + 1;
                return [new ReferenceRecord(start, [], _text[start.._at].TrimEnd('\r', '\n'), Flaw.Unclosed)];
            }

            if (record.Raw.Length > 0) records.Add(record with { Offset = recordStart });
            if (EndLine() == '\n') break;
        }

        return records;
    }

    /// <summary>A record without its line end, or null when it has no end.</summary>
    private ReferenceRecord? ReadRecord()
    {
        var start = _at;
        var flaw = Flaw.None;
        List<string> fields = [];
        while (true)
        {
            var field = new StringBuilder();
            if (Next == '"')
            {
                if (!ReadQuoted(field)) return null;
                if (!IsFieldEnd(Next) && flaw == Flaw.None) flaw = Flaw.TextAfterQuote;
            }

            for (; !IsFieldEnd(Next); _at++)
            {
                if (Next == '"' && flaw == Flaw.None) flaw = Flaw.StrayQuote;
                field.Append(Next);
            }

            fields.Add(field.ToString());
            if (Next != ',') return new ReferenceRecord(start, fields, _text[start.._at], flaw);
            _at++;
        }
    }

    private bool ReadQuoted(StringBuilder field)
    {
        for (_at++; Next is { } character; _at++)
        {
            if (character == '"')
            {
                _at++;
                if (Next != '"') return true;
            }

            field.Append(character);
        }

        return false;
    }

    /// <summary>Passes over a line end and tells its last character.</summary>
    private char? EndLine()
    {
        if (Next == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n') _at++;
        var end = Next;
        _at++;
        return end;
    }

    private char? Next => _at < _text.Length ? _text[_at] : null;

    private static bool IsFieldEnd(char? character) => character is null or ',' or '\r' or '\n';
}
