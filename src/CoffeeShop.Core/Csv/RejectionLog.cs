using System.Text.Encodings.Web;
using System.Text.Json;
using CoffeeShop.Tables;

namespace CoffeeShop.Csv;

/// <summary>
/// The rejected rows of a run: all are counted, and the first are kept, by table, file and line. Logs may be filled
/// apart and merged in any order. Not for concurrent use.
/// </summary>
public sealed class RejectionLog
{
    /// <summary>How many rejections are kept.</summary>
    public const int ListedMax = 1000;

    private readonly SortedSet<Rejection> _first = new(Comparer<Rejection>.Create(Compare));
    private readonly Dictionary<Table, long> _counts = [];

    /// <summary>How many rows were rejected.</summary>
    public long Count => _counts.Values.Sum();

    /// <summary>How many rows of a table were rejected.</summary>
    /// <param name="table">The table.</param>
    public long CountOf(Table table) => _counts.GetValueOrDefault(table);

    /// <summary>Adds a rejection.</summary>
    /// <param name="rejection">The rejection.</param>
    public void Add(Rejection rejection)
    {
        _counts[rejection.File.Table] = CountOf(rejection.File.Table) + 1;
        Keep(rejection);
    }

    /// <summary>Takes in another log.</summary>
    /// <param name="other">The other log; it is not changed.</param>
    public void Merge(RejectionLog other)
    {
        foreach (var (table, count) in other._counts) _counts[table] = CountOf(table) + count;
        foreach (var rejection in other._first) Keep(rejection);
    }

    /// <summary>Writes the kept rejections as NDJSON: <c>{"table","file","line","column","found","expected"}</c>.</summary>
    /// <param name="output">Gets the lines.</param>
    /// <exception cref="IOException">A file can no longer be read, or the output not be written.</exception>
    /// <param name="onProgress">Called now and then while files are read; it may throw to end the work.</param>
    public void WriteTo(Stream output, Action? onProgress = null)
    {
        // Letters of all scripts are written as they are; only what is beyond U+FFFF becomes an escape.
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        foreach (var file in _first.GroupBy(rejection => rejection.File))
        {
            using var lines = new LineCounter(file.Key.FullPath, onProgress);
            foreach (var rejection in file)
            {
                json.WriteStartObject();
                json.WriteString("table", file.Key.Table.Name);
                json.WriteString("file", file.Key.Name);
                json.WriteNumber("line", lines.LineAt(rejection.Offset));
                json.WriteString("column", rejection.Column);
                json.WriteString("found", rejection.Found);
                json.WriteString("expected", rejection.Expected);
                json.WriteEndObject();
                json.Flush();
                output.WriteByte((byte)'\n');
                json.Reset();
            }
        }
    }

    private void Keep(Rejection rejection)
    {
        if (_first.Count == ListedMax && Compare(rejection, _first.Max!) > 0) return;
        _first.Add(rejection);
        if (_first.Count > ListedMax) _first.Remove(_first.Max!);
    }

    private static int Compare(Rejection? a, Rejection? b)
    {
        var byTable = TableRegistry.All.IndexOf(a!.File.Table).CompareTo(TableRegistry.All.IndexOf(b!.File.Table));
        if (byTable != 0) return byTable;
        var byFile = string.CompareOrdinal(a.File.Name, b.File.Name);
        return byFile != 0 ? byFile : a.Offset.CompareTo(b.Offset);
    }

    /// <summary>Tells lines from offsets, which are asked for in ascending order. Only files with rejections pay for it.</summary>
    private sealed class LineCounter(string path, Action? onProgress) : IDisposable
    {
        private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        private readonly byte[] _bytes = new byte[64 * 1024];
        private long _offset;
        private long _line = 1;

        public long LineAt(long offset)
        {
            while (_offset < offset)
            {
                onProgress?.Invoke();
                var read = _file.Read(_bytes, 0, (int)Math.Min(_bytes.Length, offset - _offset));
                if (read == 0) throw new IOException($"{path} became shorter while it was read.");
                _line += _bytes.AsSpan(0, read).Count((byte)'\n');
                _offset += read;
            }

            return _line;
        }

        public void Dispose() => _file.Dispose();
    }
}
