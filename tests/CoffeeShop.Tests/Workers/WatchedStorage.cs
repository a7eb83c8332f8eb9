using System.Reflection;
using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Workers;

/// <summary>A database that passes everything on, after it has told of it: whoever is told may throw.</summary>
public class WatchedStorage : DispatchProxy
{
    private IStorage _inner = null!;
    private Action<string, object?[]> _called = null!;

    /// <summary>Wraps a database.</summary>
    /// <param name="inner">The database.</param>
    /// <param name="called">Told of the name of every method and its arguments.</param>
    public static IStorage Create(IStorage inner, Action<string, object?[]> called)
    {
        var proxy = Create<IStorage, WatchedStorage>();
        ((WatchedStorage)(object)proxy)._inner = inner;
        ((WatchedStorage)(object)proxy)._called = called;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _called(targetMethod!.Name, args ?? []);
        return targetMethod.Invoke(_inner, args);
    }
}
