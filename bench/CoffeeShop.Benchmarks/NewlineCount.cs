using System.Globalization;
using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Benchmarks;

/// <summary>
/// Counts the line feeds of all files that a run would read: the least that a program can do with every byte. It is what
/// the speed of a run is compared with.
/// </summary>
internal static class NewlineCount
{
    private const int ReadBytes = 256 * 1024;

    public static int Run(string folder, int threads)
    {
        // The largest first, so that no thread is left with a large file at the end.
        var files = DataFolder.Open(folder).Files.OrderByDescending(file => file.Length).ToArray();
        var counts = new FileCount[files.Length];
        var next = -1;
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(Work)).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        Print(files, counts);
        return 0;

        void Work()
        {
            var buffer = new byte[ReadBytes];
            for (int i; (i = Interlocked.Increment(ref next)) < files.Length;) counts[i] = Count(files[i].FullPath, buffer);
        }
    }

    private static FileCount Count(string path, byte[] buffer)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var (bytes, newlines, last) = (0L, 0L, (byte)'\n');
        for (int read; (read = RandomAccess.Read(file, buffer, bytes)) > 0; bytes += read)
        {
            newlines += buffer.AsSpan(0, read).Count((byte)'\n');
            last = buffer[read - 1];
        }

        return new FileCount(bytes, newlines, last == '\n' ? newlines : newlines + 1);
    }

    /// <summary>A line per table: its name, files, bytes, newlines and rows. A row is a line that is no header.</summary>
    private static void Print(DataFile[] files, FileCount[] counts)
    {
        foreach (var table in TableRegistry.All)
        {
            var own = counts.Where((_, i) => files[i].Table == table).ToList();
            Console.WriteLine(string.Join('\t', table.Name, Text(own.Count), Text(own.Sum(file => file.Bytes)),
                Text(own.Sum(file => file.Newlines)), Text(own.Sum(file => Math.Max(0, file.Lines - 1)))));
        }

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private sealed record FileCount(long Bytes, long Newlines, long Lines);
}
