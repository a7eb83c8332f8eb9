namespace CoffeeShop.Configuration;

/// <summary>A value that somebody has set.</summary>
/// <param name="Key">The key as configurations spell it, with its section before a dot: <c>SERVER.PORT</c>, <c>batch.maxAmount</c>.</param>
/// <param name="Value">The text of the value.</param>
/// <param name="Source">Where it was found, for messages: <c>config.ini line 2</c>.</param>
public sealed record Setting(string Key, string Value, string Source);
