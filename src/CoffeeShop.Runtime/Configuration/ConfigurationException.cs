namespace CoffeeShop.Configuration;

/// <summary>The configuration is wrong. The message says where, what was found and what was expected.</summary>
/// <param name="message">The message.</param>
public sealed class ConfigurationException(string message) : Exception(message);
