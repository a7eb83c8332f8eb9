using System.Globalization;
using System.Numerics;
using System.Text;

namespace CoffeeShop.Tests.Oracle;

/// <summary>The grammar of fields, in the words of the design: numbers <c>-?digits[.digits]</c>, real calendar days, valid UTF-8.</summary>
internal static class OracleGrammar
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool IsId(string field) => TryWhole(field, out var value) && value >= 0 && value <= int.MaxValue;

    public static bool IsOptionalId(string field) => field.Length == 0 || IsId(field);

    public static bool IsWhole(string field) => TryWhole(field, out var value) && value >= long.MinValue && value <= long.MaxValue;

    public static bool IsMoney(string field) => TryUnits(field, out var units) && units >= long.MinValue && units <= long.MaxValue;

    public static bool IsTime(string field) => TryTime(field, "yyyy-MM-dd HH:mm:ss", out _);

    public static bool IsDate(string field) => TryTime(field, "yyyy-MM-dd", out _);

    public static bool IsText(string field)
    {
        try
        {
            return StrictUtf8.GetString(Encoding.Latin1.GetBytes(field)).Length > 0;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    public static long Whole(string field) => TryWhole(field, out var value) ? (long)value : throw new FormatException(field);

    public static decimal Money(string field) => TryUnits(field, out var units) ? (decimal)units / 10_000m : throw new FormatException(field);

    public static DateTime Time(string field) =>
        TryTime(field, "yyyy-MM-dd HH:mm:ss", out var time) || TryTime(field, "yyyy-MM-dd", out time) ? time : throw new FormatException(field);

    public static string Text(string field) => StrictUtf8.GetString(Encoding.Latin1.GetBytes(field));

    private static bool TryWhole(string field, out BigInteger value)
    {
        value = default;
        var digits = field.EndsWith(".0", StringComparison.Ordinal) ? field[..^2] : field;
        return IsNumber(digits) && !digits.Contains('.', StringComparison.Ordinal) && BigInteger.TryParse(digits, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Ten-thousandths, what is finer rounded half to even.</summary>
    private static bool TryUnits(string field, out BigInteger units)
    {
        units = default;
        if (!IsNumber(field)) return false;
        var decimals = field.Contains('.', StringComparison.Ordinal) ? field.Length - field.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        var digits = BigInteger.Parse(field.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 10_000;
        var scale = BigInteger.Pow(10, decimals);
        units = BigInteger.DivRem(BigInteger.Abs(digits), scale, out var rest);
        var half = (rest * 2).CompareTo(scale);
        if (half > 0 || (half == 0 && !units.IsEven)) units++;
        if (digits.Sign < 0) units = -units;
        return true;
    }

    private static bool IsNumber(string field)
    {
        var parts = (field.StartsWith('-') ? field[1..] : field).Split('.');
        return parts.Length <= 2 && parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit));
    }

    private static bool TryTime(string field, string format, out DateTime time) =>
        DateTime.TryParseExact(field, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out time) && field.Length == format.Length;
}
