namespace CoffeeShop.Tests.Oracle;

/// <summary>Runs a check for many seeds, and names the seed that fails: a call with that seed alone repeats the failure.</summary>
internal static class Seeds
{
    public static void Check(int first, int count, Action<Random, int> check)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            try
            {
                check(new Random(seed), seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed} fails: {e.Message}", e);
            }
        }
    }

    /// <summary>One of several.</summary>
    public static T Pick<T>(this Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    /// <summary>True once in so many times.</summary>
    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;

    /// <summary>The same things in a random order.</summary>
    public static T[] Shuffled<T>(this Random random, IEnumerable<T> things)
    {
        var shuffled = things.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }
}
