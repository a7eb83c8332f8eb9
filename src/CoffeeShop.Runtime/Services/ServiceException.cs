namespace CoffeeShop.Services;

/// <summary>A child process or a private server does not start or work. The message says what was found and what to do.</summary>
/// <param name="message">The message.</param>
/// <param name="inner">The cause, if it is known.</param>
public sealed class ServiceException(string message, Exception? inner = null) : Exception(message, inner);
