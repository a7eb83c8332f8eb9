using System.CommandLine;

namespace CoffeeShop.Commands;

/// <summary>The whole command line.</summary>
internal static class Root
{
    public static RootCommand New(Signals signals) => new("The coffee-shop analyzer: four exact answers from the CSV files of coffee shops.")
    {
        DemoCommand.New(signals.Stop),
        RunCommand.New(signals.Stop),
        GenerateCommand.New(signals.Stop),
        ServeCommand.New(signals.Stop),
        SendCommand.New(signals),
        UpCommand.New(signals),
        WorkerCommand.New(signals.Stop),
        MonitorCommand.New(signals.Stop),
        ChaosCommand.New(signals.Stop),
        SessionsCommand.New(signals.Stop),
        ResultsCommand.New(signals.Stop),
        HealthCommand.New(signals.Stop),
        CompareCommand.New(signals.Stop),
    };
}
