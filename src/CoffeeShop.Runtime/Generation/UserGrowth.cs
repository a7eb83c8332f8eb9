namespace CoffeeShop.Generation;

/// <summary>
/// How the published chain won its members: how many registered each month, and what share of the transactions is theirs.
/// User ids ascend with the time of registration, so a month's users are a range of ids.
/// </summary>
internal sealed class UserGrowth(int total)
{
    /// <summary>The number of users of the published dataset.</summary>
    public const int PublishedTotal = 2_196_257;

    /// <summary>Of a month's member transactions, this many percent are by users new that month.</summary>
    public const int NewUsersPercent = 30;

    /// <summary>Of the transactions, this many percent are by members once growth is steady.</summary>
    private const int SteadyMemberPercent = 97;

    /// <summary>The first year doubles every other month; after it, each month brings the same.</summary>
    private static readonly int[] FirstYear = [580, 938, 1601, 2655, 4340, 7109, 11576, 17099, 28320, 40834, 60458, 79595];

    private static readonly int FirstYearTotal = FirstYear.Sum();

    /// <summary>The month the first user registered in.</summary>
    public static Month Opening => new(2023, 7);

    /// <summary>How many users have registered by the end of a month; so also the highest user id.</summary>
    /// <param name="month">The month.</param>
    public int RegisteredBy(Month month) => (int)RegisteredBy(month, total);

    /// <summary>How many users have registered before a month.</summary>
    /// <param name="month">The month.</param>
    public int RegisteredBefore(Month month) => RegisteredBy(Month.At(month.Index - 1));

    /// <summary>How many of 1,000,000 transactions of a month are by members.</summary>
    /// <param name="month">The month.</param>
    public static int MembersPerMillion(Month month)
    {
        var since = month.Index - Opening.Index;
        if (since >= FirstYear.Length) return SteadyMemberPercent * 10_000;
        // A new user buys about once in the first month, and new users are 30 % of the month's buying members.
        var published = (long)GeneratorOptions.PublishedTransactionsPerMonth * month.Days / 31;
        return (int)(FirstYear[since] * 1_000_000L * 100 / NewUsersPercent / published);
    }

    /// <summary>As <see cref="RegisteredBy(Month)"/>, before it is known whether so many ids are there.</summary>
    /// <param name="month">The month.</param>
    /// <param name="total">The users of the first two years.</param>
    public static long RegisteredBy(Month month, int total) => (long)((Int128)PublishedBy(month) * total / PublishedTotal);

    private static long PublishedBy(Month month)
    {
        var months = Math.Max(0, month.Index - Opening.Index + 1);
        var steady = months - FirstYear.Length;
        if (steady <= 0) return FirstYear[..months].Sum();
        // Rounding is over the whole second year, so that the published total comes out.
        return FirstYearTotal + ((PublishedTotal - FirstYearTotal) * (long)steady / 12);
    }
}
