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

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            var template = values.FirstOrDefault(value => value.Key == TemplateKey).Value as string;
            var text = template?.StartsWith("action: ", StringComparison.Ordinal) == true
                ? LogText.Fill(template, values)
                : $"action: log | category: {LogText.Escape(category)} | message: {LogText.Escape(formatter(state, exception))}";
            if (exception is not null) text += $" | error: {LogText.Escape($"{exception.GetType().Name}: {exception.Message}")}";
            provider.Write(logLevel, text);
        }
    }
}
