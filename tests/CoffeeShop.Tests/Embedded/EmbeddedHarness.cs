using System.Text;
using System.Text.Json;
using CoffeeShop.Csv;
using CoffeeShop.Embedded;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Embedded;

/// <summary>What an embedded run answered: the result file, and the file of rejections.</summary>
internal sealed record EmbeddedAnswer(string Result, string Rejections, RunReport Report);

internal static class EmbeddedHarness
{
    public static EmbeddedAnswer Run(string folder, int threads = 1, QueryOptions? options = null)
    {
        using var result = new MemoryStream();
        using var run = new EmbeddedRun(Dataset.Open(new DatasetOptions(folder)), options ?? QueryOptions.Default, threads);
        var report = run.Execute(result, TestContext.Current.CancellationToken);
        using var rejections = new MemoryStream();
        report.Rejections.WriteTo(rejections);
        return new EmbeddedAnswer(Encoding.UTF8.GetString(result.ToArray()), Encoding.UTF8.GetString(rejections.ToArray()), report);
    }

    /// <summary>The rejections, as the oracle words them.</summary>
    public static IEnumerable<OracleRejection> Rejected(EmbeddedAnswer answer) => answer.Rejections
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Select(json => new OracleRejection(
            json.GetProperty("table").GetString()!, json.GetProperty("file").GetString()!, json.GetProperty("line").GetInt32(), json.GetProperty("column").GetString()));

    public static QueryOptions ToQueryOptions(this OracleOptions options) => new()
    {
        Years = [.. options.Years],
        HoursFrom = LocalDateTime.TimeOfDay(options.From.Hours, options.From.Minutes, options.From.Seconds),
        HoursTo = LocalDateTime.TimeOfDay(options.To.Hours, options.To.Minutes, options.To.Seconds),
        MinAmount = new Money((long)(options.MinAmount * Money.UnitsPerOne)),
        Top = options.Top,
    };
}
