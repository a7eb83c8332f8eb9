namespace CoffeeShop;

/// <summary>Sizes and counts as people read them.</summary>
internal static class Units
{
    private static readonly string[] Names = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>A size with three digits or so: <c>846 MB</c>, <c>3.26 GB</c>.</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 999.5 && unit < Names.Length - 1; value /= 1000) unit++;
        return $"{value.ToString(unit == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00")} {Names[unit]}";
    }

    /// <summary>A count with its thousands apart: <c>14,600,000</c>.</summary>
    public static string Count(long count) => count.ToString("#,0");

    /// <summary>A time with its one or two largest units: <c>5 s</c>, <c>3 min 12 s</c>, <c>2 d 4 h</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{time.Seconds} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
        _ => $"{time.Days} d {time.Hours} h",
    };
}
