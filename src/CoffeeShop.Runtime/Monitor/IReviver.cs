using CoffeeShop.Cluster;

namespace CoffeeShop.Monitoring;

/// <summary>Brings a member back that is dead or hangs.</summary>
public interface IReviver
{
    /// <summary>How the log calls it.</summary>
    string Name { get; }

    /// <summary>Brings a member back. It may be asked again for the same.</summary>
    /// <param name="member">The member.</param>
    /// <exception cref="ReviveException">It cannot.</exception>
    Task ReviveAsync(Member member);
}

/// <summary>A member cannot be brought back now; it is tried again later.</summary>
/// <param name="message">Why.</param>
public sealed class ReviveException(string message) : Exception(message);
