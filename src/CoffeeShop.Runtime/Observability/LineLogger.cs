using Microsoft.Extensions.Logging;

namespace CoffeeShop.Observability;

/// <summary>
/// Writes what is logged line by line, in the form of <see cref="LogText"/> behind the time and the level:
/// <c>2025-01-02T03:04:05.678Z INFO action: accept_connections | result: success | ip: 172.25.1.2</c>.
/// </summary>
/// <param name="output">Where to; a line is one write.</param>
/// <param name="clock">Tells the time.</param>
public sealed class LineLoggerProvider(TextWriter output, TimeProvider clock) : ILoggerProvider
{
    private readonly Lock _writing = new();

    /// <summary>
    /// Loggers that write lines from a level on. What the framework says below a warning is of interest only to somebody who
    /// debugs. Made by hand: a container of services takes longer than sending a small dataset.
    /// </summary>
    /// <param name="output">Gets the lines.</param>
    /// <param name="level">The least level.</param>
    /// <param name="clock">Tells the time.</param>
    public static LoggerFactory NewFactory(TextWriter output, LogLevel level, TimeProvider clock)
    {
        var options = new LoggerFilterOptions { MinLevel = level };
        // A host that does not start or stop well throws, and whoever called it tells that.
        AddRule("Microsoft.Extensions.Hosting", LogLevel.None);
        if (level > LogLevel.Debug) AddRule("Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning);
        var factory = new LoggerFactory([], options);
        factory.AddProvider(new LineLoggerProvider(output, clock));
        return factory;

        void AddRule(string category, LogLevel least) => options.Rules.Add(new LoggerFilterRule(providerName: null, category, least, filter: null));
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose() => output.Flush();

    private void Write(LogLevel level, string text)
    {
        var line = $"{clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {LogLevels.Name(level)} {text}";
        lock (_writing) output.WriteLine(line);
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        private const string TemplateKey = "{OriginalFormat}";

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        // What is below the level of the configuration is filtered before it comes here.
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Write(logLevel, OfOurs(state as IReadOnlyList<KeyValuePair<string, object?>> ?? []) ?? OfOthers(formatter(state, exception)), exception);

        private void Write(LogLevel level, string text, Exception? exception)
        {
            if (exception is not null) text += $" | error: {LogText.Escape($"{exception.GetType().Name}: {exception.Message}")}";
            provider.Write(level, text);
        }

        private string OfOthers(string message) => $"action: log | category: {LogText.Escape(category)} | message: {LogText.Escape(message)}";

        private static string? OfOurs(IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            var template = values.FirstOrDefault(value => value.Key == TemplateKey).Value as string;
            return template?.StartsWith("action: ", StringComparison.Ordinal) == true ? LogText.Fill(template, values) : null;
        }
    }
}
