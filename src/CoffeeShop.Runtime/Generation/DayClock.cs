using System.Text;
using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>
/// The times of one day, early to late, over the opening hours as the published transactions are. Made once and used for
/// day after day. Not for concurrent use.
/// </summary>
internal sealed class DayClock
{
    private const int SecondsPerHour = 3600;
    private const int Opens = 7;

    /// <summary>How the day's transactions spread over the hours from 7: a bell around noon.</summary>
    private static readonly int[] Weights = [141, 304, 476, 729, 942, 977, 882, 729, 480, 284, 144, 47, 17];

    /// <summary>The hour of each unit of weight, so that a draw finds its hour by one look.</summary>
    private static readonly byte[] Hours =
        [.. Weights.SelectMany((weight, hour) => Enumerable.Repeat((byte)hour, weight))];

    private readonly int[] _perSecond = new int[Weights.Length * SecondsPerHour];
    private int _second;
    private readonly byte[] _text = Encoding.ASCII.GetBytes("yyyy-MM-dd HH:mm:ss");

    /// <summary>The second that was moved to, as <c>yyyy-MM-dd HH:mm:ss</c>.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>Draws the times of a day. They are counted, not sorted: a day has more rows than seconds in an hour.</summary>
    /// <param name="day">The day.</param>
    /// <param name="count">How many times.</param>
    /// <param name="random">The stream to draw from.</param>
    public void Draw(DateOnly day, int count, StableRandom random)
    {
        Array.Clear(_perSecond);
        for (var i = 0; i < count; i++)
        {
            var draw = random.Below(Hours.Length * SecondsPerHour);
            _perSecond[(Hours[draw / SecondsPerHour] * SecondsPerHour) + (draw % SecondsPerHour)]++;
        }

        FormatDay(day, _text);
        _second = -1;
    }

    /// <summary>Moves to the next second that was drawn.</summary>
    /// <returns>How often it was drawn, or 0 when the day is over.</returns>
    public int MoveNext()
    {
        _second++;
        var ahead = _perSecond.AsSpan(_second).IndexOfAnyExcept(0);
        if (ahead < 0) return 0;
        _second += ahead;
        Pair(_text, 11, Opens + (_second / SecondsPerHour));
        Pair(_text, 14, _second / 60 % 60);
        Pair(_text, 17, _second % 60);
        return _perSecond[_second];
    }

    /// <summary>Writes <c>yyyy-MM-dd</c>.</summary>
    public static void FormatDay(DateOnly day, Span<byte> destination) => new LocalDate(day.Year, day.Month, day.Day).Format(destination);

    private static void Pair(Span<byte> destination, int at, int value)
    {
        destination[at + 1] = (byte)('0' + (value % 10));
        destination[at] = (byte)('0' + (value / 10));
    }
}
