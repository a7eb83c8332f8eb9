using CsvHelper;

namespace CoffeeShop.Csv;

/// <summary>How the CSV library is asked to read: RFC 4180 with a comma, every record a row.</summary>
internal static class CsvDialect
{
    /// <summary>For blocks without a quote, where quotes need not be looked for.</summary>
    public static CsvReaderOptions Plain { get; } = new() { Separator = ',', HasHeader = false, Mode = CsvMode.NoEscape };

    /// <summary>For everything else.</summary>
    public static CsvReaderOptions Quoted { get; } = new() { Separator = ',', HasHeader = false };
}
