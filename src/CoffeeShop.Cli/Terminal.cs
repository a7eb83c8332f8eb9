using Spectre.Console;

namespace CoffeeShop;

/// <summary>Where people read: standard output carries the product, standard error everything else.</summary>
internal static class Terminal
{
    private static readonly Lazy<IAnsiConsole> LazyOutput = new(() => New(Console.Out, Console.IsOutputRedirected));
    private static readonly Lazy<IAnsiConsole> LazyError = new(() => New(new MessageWriter(MessageWriter.StandardError, escapes: false), Console.IsErrorRedirected));

    public static IAnsiConsole Output => LazyOutput.Value;

    public static IAnsiConsole Error => LazyError.Value;

    public static bool IsErrorTerminal => !Console.IsErrorRedirected;

    private static IAnsiConsole New(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        // A file or a pipe has no width; what a wide terminal shows fits a reader of either.
        if (isRedirected) console.Profile.Width = 100;
        return console;
    }
}
