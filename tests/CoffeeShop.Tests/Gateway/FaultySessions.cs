using System.Reflection;
using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Gateway;

/// <summary>A registry that passes everything on, but for a method that makes a mistake the first time.</summary>
public class FaultySessions : DispatchProxy
{
    private ISessionStore _inner = null!;
    private string _method = "";
    private int _calls;

    public static ISessionStore Create(ISessionStore inner, string method)
    {
        var proxy = Create<ISessionStore, FaultySessions>();
        ((FaultySessions)(object)proxy)._inner = inner;
        ((FaultySessions)(object)proxy)._method = method;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == _method && Interlocked.Increment(ref _calls) == 1) throw new InvalidOperationException("A mistake.");
        return targetMethod.Invoke(_inner, args);
    }
}
