using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace CoffeeShop.Tests;

/// <summary>
/// Checks claims about generated values. A failure shows the smallest counterexample found and its seed, two numbers in
/// brackets; <c>COFFEE_TEST_SEED=1,2</c> runs with them again.
/// </summary>
internal static class Claim
{
    private const string SeedVariable = "COFFEE_TEST_SEED";

    /// <summary>Throws unless the check passes for every value.</summary>
    public static void Holds<T>(int runs, Gen<T> values, Action<T> check) =>
        Prop.ForAll(Arb.From(values), check).Check(Configuration(runs));

    /// <summary>Throws unless the check passes for every array; a counterexample loses every element it can do without.</summary>
    public static void HoldsForAll<T>(int runs, Gen<T[]> values, Action<T[]> check) =>
        Prop.ForAll(Arb.From(values, Smaller), check).Check(Configuration(runs));

    private static Config Configuration(int runs)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(runs).WithQuietOnSuccess(true);
        if (Environment.GetEnvironmentVariable(SeedVariable) is not { } text) return config;
        var seed = text.Split(',').Select(ulong.Parse).ToArray();
        return config.WithReplay(new Replay(new Rnd(seed[0], seed[1]), FSharpOption<int>.None));
    }

    private static IEnumerable<T[]> Smaller<T>(T[] values)
    {
        for (var size = values.Length / 2; size > 0; size /= 2)
        {
            for (var start = 0; start + size <= values.Length; start += size)
                yield return [.. values[..start], .. values[(start + size)..]];
        }
    }
}
