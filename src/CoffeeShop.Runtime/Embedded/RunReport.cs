using CoffeeShop.Csv;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Embedded;

/// <summary>What a run has done.</summary>
/// <param name="RowsRead">Rows taken in, per table.</param>
/// <param name="Rejections">Rows rejected.</param>
/// <param name="ResultRows">Rows of the answer, per query.</param>
/// <param name="Summary">What was unknown or repeated.</param>
public sealed record RunReport(
    IReadOnlyDictionary<Table, long> RowsRead,
    RejectionLog Rejections,
    IReadOnlyDictionary<string, long> ResultRows,
    ResultSummary Summary);
