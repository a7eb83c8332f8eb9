using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace CoffeeShop.Tests;

/// <summary>
/// The grammar of values once more, slow and plain, written from the design and not from the code under test. A character
/// of a text stands for a byte of the field (Latin-1). Null means refused.
/// </summary>
internal static class ReferenceValues
{
    private const RegexOptions Plain = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;
    private static readonly Regex NumberText = new(@"\A-?[0-9]+(\.[0-9]+)?\z", Plain);
    private static readonly Regex WholeText = new(@"\A-?[0-9]+(\.0)?\z", Plain);

    /// <summary>Ten-thousandths, rounded half to even.</summary>
    public static long? Money(string text)
    {
        if (!NumberText.IsMatch(text)) return null;
        var digits = text.TrimStart('-').Split('.');
        var fraction = digits.Length == 2 ? digits[1] : "";
        var unscaled = BigInteger.Parse(digits[0] + fraction) * 10_000;
        var (units, rest) = BigInteger.DivRem(unscaled, BigInteger.Pow(10, fraction.Length));
        var half = 2 * rest - BigInteger.Pow(10, fraction.Length);
        if (half > 0 || (half == 0 && !units.IsEven)) units++;
        if (text[0] == '-') units = -units;
        return units >= long.MinValue && units <= long.MaxValue ? (long)units : null;
    }

    public static long? Whole(string text)
    {
        if (!WholeText.IsMatch(text)) return null;
        var value = BigInteger.Parse(text.Split('.')[0]);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : null;
    }

    public static int? Id(string text) => Whole(text) is >= 0 and <= int.MaxValue and var value ? (int)value : null;

    public static DateTime? Day(string text) => Exact(text, "yyyy-MM-dd");

    public static DateTime? Second(string text) => Exact(text, "yyyy-MM-dd HH:mm:ss");

    public static TimeSpan? TimeOfDay(string text) => Exact($"2024-01-01 {text}", "yyyy-MM-dd HH:mm:ss")?.TimeOfDay;

    private static DateTime? Exact(string text, string format) =>
        // The library lets zero bytes follow and takes other spaces for a space.
        text.All(character => char.IsAscii(character) && character != '\0')
        && DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value) ? value : null;
}
