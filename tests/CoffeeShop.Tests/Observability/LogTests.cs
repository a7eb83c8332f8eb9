using CoffeeShop.Observability;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Observability;

public sealed partial class LogTests
{
    [Fact]
    public void A_line_has_the_time_the_level_and_the_form_of_the_documents() => Assert.Equal(
        "2025-01-02T03:04:05.678Z INFO action: connect | result: success | client_id: agencia-1 | attempt: 1\n",
        Lines(LogLevel.Information, logger => LogConnected(logger, "agencia-1", 1)));

    [Theory]
    [InlineData("a\nb", @"a\u000ab")]
    [InlineData("a\r\n2025 ERROR action: x", @"a\u000d\u000a2025 ERROR action: x")]
    [InlineData("a | result: fail", @"a \| result: fail")]
    [InlineData(@"a\", @"a\\")]
    [InlineData("\u001b[31m", @"\u001b[31m")]
    [InlineData("a\u2028b\u0085c\u202ed", @"a\u2028b\u0085c\u202ed")]
    [InlineData("{Attempt}", "{Attempt}")]
    [InlineData("Café ☕", "Café ☕")]
    [InlineData(null, "none")]
    public void Values_can_neither_end_a_line_nor_begin_a_field(string? value, string written) => Assert.Equal(
        $"2025-01-02T03:04:05.678Z INFO action: connect | result: success | client_id: {written} | attempt: 7\n",
        Lines(LogLevel.Information, logger => LogConnected(logger, value, 7)));

    [Fact]
    public void A_long_value_is_cut() => Assert.Equal(1001, LogText.Escape(new string('x', 5000)).Length);

    [Fact]
    public void A_failure_is_told_in_one_line_without_its_trace()
    {
        var line = Lines(LogLevel.Information, logger => LogFailed(logger, new InvalidOperationException("one\ntwo")));
        Assert.EndsWith(@"ERROR action: fail | error: InvalidOperationException: one\u000atwo" + "\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_of_the_framework_take_the_form_too() => Assert.EndsWith(
        @"WARNING action: log | category: Test | message: Something 1 \| 2" + "\n",
        Lines(LogLevel.Information, logger => LogForeign(logger, "1 | 2")), StringComparison.Ordinal);

    [Theory]
    [InlineData("DEBUG", "debug,info,warning")]
    [InlineData("info", "info,warning")]
    [InlineData("WARNING", "warning")]
    [InlineData("ERROR", "")]
    public void Nothing_below_the_level_is_written(string level, string expected)
    {
        var lines = Lines(LogLevels.Parse(level)!.Value, logger =>
        {
            LogWord(logger, LogLevel.Debug, "debug");
            LogWord(logger, LogLevel.Information, "info");
            LogWord(logger, LogLevel.Warning, "warning");
        });
        Assert.Equal(expected, string.Join(',', lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ")[1])));
    }

    [Fact]
    public void The_framework_is_heard_from_warnings_on() => Assert.Equal(
        ["action: word"], Lines(LogLevel.Information, _ => { }, factory =>
        {
            var framework = factory.CreateLogger("Microsoft.AspNetCore");
            LogWord(framework, LogLevel.Information, "quiet");
            LogWord(framework, LogLevel.Warning, "word");
        }).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf("action", StringComparison.Ordinal))..]));

    [Fact]
    public void Other_names_are_no_levels() => Assert.Null(LogLevels.Parse("LOUD"));

    private static string Lines(LogLevel level, Action<ILogger> log, Action<ILoggerFactory>? logAll = null)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var factory = LineLoggerProvider.NewFactory(output, level, new FakeTimeProvider(new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.Zero)));
        log(factory.CreateLogger("Test"));
        logAll?.Invoke(factory);
        return output.ToString();
    }

    [LoggerMessage(1, LogLevel.Information, "action: connect | result: success | client_id: {ClientId} | attempt: {Attempt}")]
    private static partial void LogConnected(ILogger logger, string? clientId, int attempt);

    [LoggerMessage(2, LogLevel.Error, "action: fail")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "Something {What}")]
    private static partial void LogForeign(ILogger logger, string what);

    [LoggerMessage(EventId = 4, Message = "action: {Word}")]
    private static partial void LogWord(ILogger logger, LogLevel level, string word);
}
