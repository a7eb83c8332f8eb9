using System.Text;
using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>
/// Rows that a reader is likely to get wrong, in files of their own beside the generated ones. Their stores, items and
/// users have ids that no generated row has, so that what they should lead to can be told whatever the dataset's size.
/// </summary>
internal static class EdgeCases
{
    /// <summary>Writes the files, and the list of the rows in them that must be rejected.</summary>
    /// <param name="output">The folder.</param>
    /// <returns>The number of rows that must be rejected.</returns>
    public static int Write(OutputFolder output)
    {
        var expected = new StringBuilder();
        var count = 0;
        // In the order in which tables and files are read.
        foreach (var file in Files().OrderBy(file => TableRegistry.All.IndexOf(file.Table)).ThenBy(file => file.Name, StringComparer.Ordinal))
        {
            output.Create(file.Name, file.Bytes);
            foreach (var rejection in file.Rejections)
            {
                var column = rejection.Column is null ? "null" : $"\"{rejection.Column}\"";
                expected.Append($"{{\"table\":\"{file.Table}\",\"file\":\"{file.Name}\",\"line\":{rejection.Line},\"column\":{column}}}\n");
                count++;
            }
        }

        output.Create(OutputFolder.RejectionsName, Encoding.UTF8.GetBytes(expected.ToString()));
        return count;
    }

    private static IEnumerable<EdgeFile> Files() =>
        [.. EdgeDimensions.Files(), .. EdgeUsers.Files(), .. EdgeTransactions.Files(), .. EdgeTransactionTexts.Files(), .. EdgeTransactionItems.Files()];
}
