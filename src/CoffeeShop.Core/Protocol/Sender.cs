namespace CoffeeShop.Protocol;

/// <summary>Who sends a frame. A frame that its sender may not send is a structural error.</summary>
[Flags]
public enum Sender
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>A client, to the gateway.</summary>
    Client = 1,

    /// <summary>The gateway, to a client.</summary>
    Server = 2,

    /// <summary>Any role, on the bus.</summary>
    Bus = 4,
}
