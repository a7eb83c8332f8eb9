using CoffeeShop;
using CoffeeShop.Benchmarks;
using CoffeeShop.Client;

// Each mode is a method of its own class, so that counting newlines does not load the benchmark library.
try
{
    return args switch
    {
        ["newlines", var folder] => NewlineCount.Run(folder, Environment.ProcessorCount),
        ["newlines", var folder, "--threads", var threads] when int.TryParse(threads, out var n) && n > 0 => NewlineCount.Run(folder, n),
        ["clients", var server, var folder, var output, var count] when ServerAddress.Parse(server) is { } address && int.TryParse(count, out var n) && n > 0 =>
            ManyClients.Run(address, folder, output, n),
        ["micro", .. var filters] => MicroBenchmarks.Run(filters),
        _ => Usage(),
    };
}
catch (InputException e)
{
    Console.Error.WriteLine(e.Message);
    return 3;
}

static int Usage()
{
    Console.Error.WriteLine("Usage: newlines DIR [--threads N] | clients HOST:PORT DIR OUT COUNT | micro [FILTER…]");
    return 2;
}
