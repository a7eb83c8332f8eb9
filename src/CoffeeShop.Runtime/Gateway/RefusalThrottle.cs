using System.Net;

namespace CoffeeShop.Gateway;

/// <summary>Counts the wrong tokens of each address, so that whoever is wrong often is told to wait. A right token is not asked for it.</summary>
/// <param name="limits">How many are too many.</param>
/// <param name="clock">Tells the time.</param>
public sealed class RefusalThrottle(GatewayLimits limits, TimeProvider clock)
{
    private const int AddressesMax = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Window> _windows = [];

    /// <summary>Whether an address has been wrong too often to be told anything but to wait.</summary>
    /// <param name="address">The address.</param>
    public bool IsRefused(IPAddress address)
    {
        lock (_lock) return _windows.TryGetValue(address, out var window) && !IsOver(window) && window.Count >= limits.RefusalsPerAddress;
    }

    /// <summary>Counts a refusal.</summary>
    /// <param name="address">The address.</param>
    public void Count(IPAddress address)
    {
        lock (_lock)
        {
            if (_windows.TryGetValue(address, out var window) && !IsOver(window)) _windows[address] = window with { Count = window.Count + 1 };
            else Begin(address);
        }
    }

    private void Begin(IPAddress address)
    {
        if (_windows.Count >= AddressesMax)
        {
            foreach (var (known, window) in _windows)
            {
                if (IsOver(window)) _windows.Remove(known);
            }

            // So many addresses within a window are one attacker with many; starting over keeps the memory bounded.
            if (_windows.Count >= AddressesMax) _windows.Clear();
        }

        _windows[address] = new Window(clock.GetTimestamp(), 1);
    }

    private bool IsOver(Window window) => clock.GetElapsedTime(window.Begun) > limits.RefusalWindow;

    private readonly record struct Window(long Begun, int Count);
}
