namespace CoffeeShop.Queries;

/// <summary>What a user should know about an answer beside its rows.</summary>
public sealed class ResultSummary
{
    /// <summary>Items in the answer that the menu does not name.</summary>
    public ISet<int> UnknownItems { get; } = new HashSet<int>();

    /// <summary>Stores in the answer that have no name.</summary>
    public ISet<int> UnknownStores { get; } = new HashSet<int>();

    /// <summary>Users in the answer without a birthdate.</summary>
    public ISet<int> UnknownUsers { get; } = new HashSet<int>();

    /// <summary>Rows of the menu whose item had been named before.</summary>
    public ulong RepeatedItems { get; set; }

    /// <summary>Rows of the stores whose store had been named before.</summary>
    public ulong RepeatedStores { get; set; }

    /// <summary>Rows of the users whose user had been there before.</summary>
    public ulong RepeatedUsers { get; set; }
}
