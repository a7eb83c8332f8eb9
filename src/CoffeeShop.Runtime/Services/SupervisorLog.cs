using Microsoft.Extensions.Logging;

namespace CoffeeShop.Services;

internal static partial class SupervisorLog
{
    [LoggerMessage(650, LogLevel.Information, "action: start_process | result: success | process: {Process} | pid: {Pid}")]
    public static partial void Ready(this ILogger log, string process, int? pid);

    [LoggerMessage(651, LogLevel.Error, "action: run_process | result: fail | process: {Process} | error: {Error} | again_in_s: {Seconds}")]
    public static partial void Died(this ILogger log, string process, string error, double seconds);

    [LoggerMessage(652, LogLevel.Information, "action: stop_process | result: in_progress | processes: {Processes}")]
    public static partial void Stopping(this ILogger log, string processes);
}
