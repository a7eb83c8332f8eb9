using CoffeeShop;
using CoffeeShop.Benchmarks;

// Each mode is a method of its own class, so that counting newlines does not load the benchmark library.
try
{
    return args switch
    {
        ["newlines", var folder] => NewlineCount.Run(folder, Environment.ProcessorCount),
        ["newlines", var folder, "--threads", var threads] when int.TryParse(threads, out var n) && n > 0 => NewlineCount.Run(folder, n),
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
    Console.Error.WriteLine("Usage: newlines DIR [--threads N] | micro [FILTER…]");
    return 2;
}
