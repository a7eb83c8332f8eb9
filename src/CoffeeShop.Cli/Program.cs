using System.CommandLine;
using CoffeeShop;
using CoffeeShop.Client;
using CoffeeShop.Commands;
using CoffeeShop.Configuration;
using CoffeeShop.Observability;
using CoffeeShop.Output;

Console.SetError(new MessageWriter(MessageWriter.StandardError, escapes: true));
using var signals = new Signals();
var root = Root.New(signals);

if (FailPoint.Problem is { } wrong)
{
    Console.Error.WriteLine(wrong);
    return ExitCode.Usage;
}

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine($"Try: coffee {(parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ")}--help");
    return ExitCode.Usage;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (InputException e)
{
    foreach (var problem in e.Problems) Console.Error.WriteLine(problem);
    return ExitCode.InputRefused;
}
catch (ConfigurationException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.Usage;
}
catch (Exception e) when (e is OutputException or ClientException)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.Failed;
}
catch (OperationCanceledException) when (signals.ExitCode is { } exitCode)
{
    Console.Error.WriteLine("Stopped; no result was written.");
    return exitCode;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.Failed;
}
catch (Exception e) when (Environment.GetEnvironmentVariable("COFFEE_TRACE") is null)
{
    // A mistake of ours. Who wants to look for it sees the trace by the variable.
    Console.Error.WriteLine($"coffee failed by a mistake of its own, {e.GetType().Name}: {e.Message} Please report it with what COFFEE_TRACE=1 shows.");
    return ExitCode.Failed;
}
