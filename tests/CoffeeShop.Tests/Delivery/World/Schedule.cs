using System.Text;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>What happens in a world, from its beginning until it rests: it can be run again, and it can be made shorter.</summary>
/// <param name="Seed">The world, and what is in it.</param>
/// <param name="Steps">What happens, each step by its number.</param>
/// <param name="Faults">What may go wrong.</param>
/// <param name="Mutant">The mistake that is made.</param>
internal sealed record Schedule(int Seed, IReadOnlyList<ulong> Steps, Faults Faults, Mutant Mutant)
{
    private const int StepsMin = 300;
    private const int StepsMax = 2400;

    public static Schedule Of(int seed, Mutant mutant = Mutant.None)
    {
        var random = new Random(seed);
        var steps = new ulong[random.Next(StepsMin, StepsMax)];
        for (var i = 0; i < steps.Length; i++) steps[i] = (ulong)random.NextInt64();
        return new Schedule(seed, steps, Faults.All, mutant);
    }

    /// <summary>Runs it.</summary>
    /// <returns>The rule that was broken, or null.</returns>
    public string? Run() => Run(isTold: false, out _);

    /// <summary>Leaves out what is not needed to break a rule: kinds of faults first, then steps.</summary>
    /// <param name="runsMax">After so many attempts it is short enough.</param>
    public Schedule Shrink(int runsMax = 600)
    {
        var best = this;
        foreach (var fault in Enum.GetValues<Faults>().Where(fault => fault is not (Faults.None or Faults.All)))
        {
            var without = best with { Faults = best.Faults & ~fault };
            if (runsMax-- > 0 && without.Run() is not null) best = without;
        }

        for (var size = best.Steps.Count; size >= 1; size /= 2)
        {
            for (var start = 0; start < best.Steps.Count && runsMax > 0;)
            {
                var without = best with { Steps = [.. best.Steps.Take(start), .. best.Steps.Skip(start + size)] };
                runsMax--;
                if (without.Run() is not null) best = without;
                else start += size;
            }
        }

        return best;
    }

    /// <summary>Everything that happens, a line each, and how it ends.</summary>
    public string Tell()
    {
        var broken = Run(isTold: true, out var told);
        return new StringBuilder().AppendLine($"seed {Seed}, {Steps.Count} steps, faults {Faults}, mutant {Mutant}:").AppendJoin('\n', told).AppendLine().Append(broken ?? "no rule is broken").ToString();
    }

    private string? Run(bool isTold, out IReadOnlyList<string> told)
    {
        var context = SynchronizationContext.Current;
        // What waits goes on in this thread, at once, and nowhere else.
        SynchronizationContext.SetSynchronizationContext(null);
        var world = new WorldState(Seed, Faults, Mutant, isTold);
        told = world.Told;
        try
        {
            foreach (var step in Steps) world.Step(step);
            world.Rest();
            return null;
        }
        catch (Exception e)
        {
            return e is WorldViolation ? e.Message : $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
