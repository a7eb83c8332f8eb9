using System.Reflection;
using System.Text.RegularExpressions;
using CoffeeShop.Bus;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Tests.Tidy;

/// <summary>What log events keep to, wherever they are declared.</summary>
public sealed class LogEventTests
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static IReadOnlyList<(string Method, LoggerMessageAttribute Event)> Events { get; } =
        [.. from assembly in new[] { typeof(IBus).Assembly, typeof(CoffeeShop.Commands.Verbosity).Assembly }
            from type in assembly.GetTypes()
            from method in type.GetMethods(Any)
            let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
            where attribute is not null
            select ($"{type.Name}.{method.Name}", attribute)];

    [Fact]
    public void Every_event_has_an_id_of_its_own() => Assert.Empty(
        Events.GroupBy(logged => logged.Event.EventId).Where(group => group.Key <= 0 || group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(logged => logged.Method))}"));

    [Fact]
    public void Every_event_has_the_form_of_the_documents() => Assert.Empty(
        Events.Where(logged => !Regex.IsMatch(logged.Event.Message, @"^action: [a-z0-9_{}A-Z]+( \| [A-Za-z_]+: [^|]+)*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture))
            .Select(logged => $"{logged.Method}: {logged.Event.Message}"));
}
