using FsCheck;
using FsCheck.Fluent;

namespace CoffeeShop.Tests;

/// <summary>Generators of texts that are a value, or nearly one.</summary>
internal static class Generate
{
    /// <summary>Any of these pieces, up to five, one after the other.</summary>
    public static Gen<string> Text(params string[] pieces) =>
        from count in Gen.Choose(0, 5)
        from chosen in Gen.Elements(pieces).ArrayOf(count)
        select string.Concat(chosen);

    /// <summary>So many decimal digits.</summary>
    public static Gen<string> Digits(int min, int max) =>
        from count in Gen.Choose(min, max)
        from digits in Gen.Elements("0123456789".ToCharArray()).ArrayOf(count)
        select new string(digits);

    /// <summary>Numbers as people and programs write them, right and wrong ones.</summary>
    public static Gen<string> Number { get; } = Gen.OneOf(
        Text("0", "00", "1", "5", "9", "4999", "5000", "50001", ".", ".0", ".00", "-", "+", "e3", " ", "\0", ",", "/", ":", "é"),
        from sign in Gen.Elements("", "", "-")
        from whole in Digits(1, 17)
        from point in Gen.Elements("", ".", ".")
        from fraction in Digits(0, 6)
        select sign + whole + point + fraction,
        from sign in Gen.Elements("", "-")
        from whole in Gen.Elements("922337203685477", "922337203685478", "9223372036854775807", "9223372036854775808", "2147483647", "2147483648")
        from fraction in Gen.Elements("", ".0", ".5807", ".5808", ".58075", ".58074999", ".580850", ".58085", ".580750001", ".5809")
        select sign + whole + fraction);

    /// <summary>Any second of the calendar.</summary>
    public static Gen<DateTime> Second { get; } =
        from day in Gen.Choose(0, (int)(DateTime.MaxValue.Ticks / TimeSpan.TicksPerDay))
        from second in Gen.Frequency((8, Gen.Choose(0, 86_399)), (1, Gen.Constant(0)), (1, Gen.Constant(86_399)))
        select DateTime.MinValue.AddDays(day).AddSeconds(second);

    /// <summary>Days and seconds that are in no calendar, next to some that are.</summary>
    public static Gen<DateTimeParts> NearlySecond { get; } =
        from year in Gen.Elements(0, 1, 1900, 2000, 2023, 2024, 2100, 9999)
        from month in Gen.Elements(0, 1, 2, 2, 2, 4, 12, 13, 20)
        from day in Gen.Elements(0, 1, 28, 29, 30, 31, 32, 99)
        from hour in Gen.Elements(0, 23, 24, 25, 32)
        from minute in Gen.Elements(0, 59, 60, 64)
        from second in Gen.Elements(0, 59, 60, 99)
        select new DateTimeParts($"{year:0000}-{month:00}-{day:00}", $"{hour:00}:{minute:00}:{second:00}");

    /// <summary>One character replaced, put in or taken out, or nothing done.</summary>
    public static Gen<string> Mutated(string text) =>
        from at in Gen.Choose(0, text.Length)
        from character in Gen.Elements("0123456789-:/; T.+?\0é".ToCharArray())
        from kind in Gen.Choose(0, 5)
        select kind switch
        {
            0 => text.Insert(at, $"{character}"),
            1 when at < text.Length => text.Remove(at, 1),
            2 or 3 when at < text.Length => text.Remove(at, 1).Insert(at, $"{character}"),
            _ => text,
        };
}

/// <summary>The texts of a day and of a time.</summary>
internal sealed record DateTimeParts(string Date, string Time);
