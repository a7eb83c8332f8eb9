using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Text;

namespace CoffeeShop.Generation;

/// <summary>What was made.</summary>
/// <param name="Files">The number of files, the list of expected rejections included.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Users">Users, those of edge cases not counted.</param>
/// <param name="Transactions">Transactions, those of edge cases not counted.</param>
/// <param name="TransactionItems">Lines of transactions, those of edge cases not counted.</param>
/// <param name="ExpectedRejections">Rows of edge cases that a reader must reject.</param>
public sealed record GeneratorReport(int Files, long Bytes, long Users, long Transactions, long TransactionItems, int ExpectedRejections);

/// <summary>
/// Makes a dataset by the laws of the published one: seven tables as CSV files, whose totals come out as published. All
/// cores write months at the same time; the bytes follow from the options alone.
/// </summary>
public sealed class Generator
{
    private readonly GeneratorOptions _options;
    private readonly UserGrowth _growth;
    private readonly ImmutableArray<Voucher> _vouchers;
    private readonly int _threads;
    private readonly long _rowsPlanned;
    private long _bytesWritten;
    private long _users;
    private long _transactions;
    private long _lines;

    /// <summary>Prepares a dataset; nothing is written yet.</summary>
    /// <param name="options">What to make.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message says all that are.</exception>
    public Generator(GeneratorOptions options) : this(options, Environment.ProcessorCount)
    {
    }

    /// <summary>For tests that the number of threads does not matter.</summary>
    internal Generator(GeneratorOptions options, int threads)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = options.Problems();
        if (problems.Count > 0) throw new ArgumentException(string.Join('\n', problems), nameof(options));
        _options = options;
        _threads = threads;
        _growth = new UserGrowth(options.UsersSettled);
        _vouchers = Vouchers.Until(options.LastMonth);
        _rowsPlanned = _growth.RegisteredBy(options.LastMonth)
            + options.FirstMonth.To(options.LastMonth).Sum(month => (long)TransactionMonth.CountOf(month, options.TransactionsPerMonth));
    }

    /// <summary>Bytes written so far. May be read at any time, by any thread.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>How much is done, 0 … 1. May be read at any time, by any thread.</summary>
    public double FractionDone =>
        _rowsPlanned == 0 ? 1 : (double)(Interlocked.Read(ref _users) + Interlocked.Read(ref _transactions)) / _rowsPlanned;

    /// <summary>Makes the dataset. To be called once.</summary>
    /// <param name="cancellation">Stops the work; nothing is left behind then.</param>
    /// <exception cref="Output.OutputException">The output folder has a dataset already, cannot be written, or another process is writing to it.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public GeneratorReport Run(CancellationToken cancellation)
    {
        using var output = new OutputFolder(_options.OutputFolder, count => Interlocked.Add(ref _bytesWritten, count));
        WriteSmallTables(output);
        var rejections = _options.EdgeCases ? EdgeCases.Write(output) : 0;
        WriteMonths(output, cancellation);
        output.Publish();
        return new GeneratorReport(output.Files, BytesWritten, _users, _transactions, _lines, rejections);
    }

    private void WriteSmallTables(OutputFolder output)
    {
        output.Create("menu_items/menu_items.csv", Chain.MenuItemsFile);
        output.Create("stores/stores.csv", Chain.StoresFile);
        output.Create("payment_methods/payment_methods.csv", Chain.PaymentMethodsFile);
        var vouchers = "voucher_id,voucher_code,discount_type,discount_value,valid_from,valid_to\n" + string.Concat(_vouchers.Select(voucher => voucher.Row));
        output.Create("vouchers/vouchers.csv", Encoding.ASCII.GetBytes(vouchers));
    }

    private void WriteMonths(OutputFolder output, CancellationToken cancellation)
    {
        // The longest work first, so that no core is left with it at the end.
        var work = _options.FirstMonth.To(_options.LastMonth).Select(month => (Action)(() => WriteTransactions(output, month, cancellation)))
            .Concat(UserGrowth.Opening.To(_options.LastMonth).Select(month => (Action)(() => WriteUsers(output, month, cancellation))));
        var settings = new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancellation };
        try
        {
            Parallel.ForEach(Partitioner.Create(work, EnumerablePartitionerOptions.NoBuffering), settings, write => write());
        }
        catch (AggregateException e)
        {
            // One file that cannot be written is the reason to tell; the others fail alike.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private void WriteUsers(OutputFolder output, Month month, CancellationToken cancellation)
    {
        using var file = output.Create($"users/users_{month.Suffix}.csv");
        new UserMonth(_options, _growth, month).Write(file, count => Interlocked.Add(ref _users, count), cancellation);
    }

    private void WriteTransactions(OutputFolder output, Month month, CancellationToken cancellation)
    {
        using var receipts = output.Create($"transactions/transactions_{month.Suffix}.csv");
        using var lines = output.Create($"transaction_items/transaction_items_{month.Suffix}.csv");
        new TransactionMonth(_options, _growth, _vouchers, month).Write(receipts, lines, CountDay, cancellation);
    }

    private void CountDay(int transactions, int lines)
    {
        Interlocked.Add(ref _transactions, transactions);
        Interlocked.Add(ref _lines, lines);
    }
}
