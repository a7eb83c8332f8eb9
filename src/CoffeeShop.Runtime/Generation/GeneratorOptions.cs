namespace CoffeeShop.Generation;

/// <summary>What dataset to make. The same options give the same bytes.</summary>
public sealed record GeneratorOptions
{
    /// <summary>Transactions in 31 days of the published dataset: 20,000 a day.</summary>
    public const int PublishedTransactionsPerMonth = 620_000;

    /// <summary>Transactions per 31 days are limited by this: a day's fit 32 bits many times over.</summary>
    public const int TransactionsPerMonthMax = 1_000_000_000;

    /// <summary>The number of users is limited by this.</summary>
    public const int UsersMax = 100_000_000;

    /// <summary>User ids above this are left to edge cases.</summary>
    public const int UserIdMax = 899_999_999;

    /// <summary>The last month that can be asked for.</summary>
    public static readonly Month LastMonthMax = new(2049, 12);

    /// <summary>Where the folders of the tables go. It is made when it is missing, and must have no CSV files of the tables.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>The first month with transactions, from 2023-07 on. Users are from 2023-07 in any case, so that members of earlier months buy.</summary>
    public Month FirstMonth { get; init; } = new(2024, 1);

    /// <summary>The last month.</summary>
    public Month LastMonth { get; init; } = new(2025, 6);

    /// <summary>Transactions in a month of 31 days; shorter months have fewer.</summary>
    public int TransactionsPerMonth { get; init; } = PublishedTransactionsPerMonth;

    /// <summary>
    /// Users registered from 2023-07 to 2025-06; a dataset that ends earlier or later has fewer or more. Null is the
    /// published number, scaled as the transactions are.
    /// </summary>
    public int? Users { get; init; }

    /// <summary>Another seed gives other rows by the same laws.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Whether to add files of rows that a reader is likely to get wrong, and the list of those it must reject.</summary>
    public bool EdgeCases { get; init; }

    /// <summary>The number of users after <see cref="Users"/> has been settled.</summary>
    internal int UsersSettled =>
        Users ?? (int)Math.Min(UsersMax, (long)UserGrowth.PublishedTotal * TransactionsPerMonth / PublishedTransactionsPerMonth);

    /// <summary>Says what is wrong with the options; nothing when they can be used.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        if (OutputFolder.Length == 0) problems.Add("The output folder is empty, expected a path.");
        if (FirstMonth.Index < UserGrowth.Opening.Index)
            problems.Add($"The first month is {FirstMonth}, expected {UserGrowth.Opening} or later.");
        if (LastMonth.Index > LastMonthMax.Index) problems.Add($"The last month is {LastMonth}, expected {LastMonthMax} or earlier.");
        if (LastMonth.Index < FirstMonth.Index) problems.Add($"The months are {FirstMonth} to {LastMonth}, expected the earlier one first.");
        if (TransactionsPerMonth is < 1 or > TransactionsPerMonthMax)
            problems.Add($"The transactions per month are {TransactionsPerMonth}, expected 1 to {TransactionsPerMonthMax}.");
        if (Users is < 0 or > UsersMax) problems.Add($"The users are {Users}, expected 0 to {UsersMax}.");
        if (problems.Count == 0 && UserGrowth.RegisteredBy(LastMonth, UsersSettled) is > UserIdMax and var users)
            problems.Add($"The users are {users} by {LastMonth}, expected at most {UserIdMax}: choose fewer, or an earlier month.");
        return problems;
    }
}
