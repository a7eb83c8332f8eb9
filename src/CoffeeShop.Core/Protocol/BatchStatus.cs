namespace CoffeeShop.Protocol;

/// <summary>What a batch says about those after it.</summary>
public enum BatchStatus : byte
{
    /// <summary>More follow.</summary>
    Continue = 0,

    /// <summary>It is the last of a file; only EOF and FINISHED end a table.</summary>
    EndOfFile = 1,

    /// <summary>The client gives the session up.</summary>
    Cancel = 2,
}
