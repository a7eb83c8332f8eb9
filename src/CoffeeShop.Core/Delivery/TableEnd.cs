namespace CoffeeShop.Delivery;

/// <summary>The end of an input.</summary>
/// <param name="Last">K: its batches are numbered 1 … K.</param>
/// <param name="HashSum">The sum of their content hashes, modulo 2⁶⁴.</param>
public readonly record struct TableEnd(long Last, ulong HashSum);

/// <summary>What setting an end found.</summary>
public enum EndOutcome
{
    /// <summary>It was not set before.</summary>
    Set,

    /// <summary>It was set to the same before.</summary>
    Equal,

    /// <summary>It was set to another before.</summary>
    Conflict,

    /// <summary>The session is not open.</summary>
    NotOpen,
}
