namespace CoffeeShop.Generation;

/// <summary>Writes the users who registered in one month.</summary>
internal sealed class UserMonth(GeneratorOptions options, UserGrowth growth, Month month)
{
    private static readonly int FirstBirthday = new DateOnly(1964, 7, 1).DayNumber;
    private static readonly int Birthdays = new DateOnly(2009, 6, 30).DayNumber - FirstBirthday + 1;

    private readonly StableRandom _random = new(options.Seed, Streams.Users(month));
    private readonly DayClock _clock = new();
    private readonly byte[] _birthdate = new byte[10];

    /// <summary>Writes the file.</summary>
    /// <param name="file">The empty file.</param>
    /// <param name="onRows">Is told how many users a day brought.</param>
    /// <param name="cancellation">Asked once a day.</param>
    public void Write(CsvOutput file, Action<int> onRows, CancellationToken cancellation)
    {
        file.Text("user_id,gender,birthdate,registered_at\n"u8);
        var (before, by) = (growth.RegisteredBefore(month), growth.RegisteredBy(month));
        var id = before;
        for (var day = 1; day <= month.Days; day++)
        {
            cancellation.ThrowIfCancellationRequested();
            // Whole users a day, in such a way that the month's number comes out.
            var count = before + (int)((long)(by - before) * day / month.Days) - id;
            onRows(count);
            _clock.Draw(new DateOnly(month.Year, month.Number, day), count, _random);
            for (var now = _clock.MoveNext(); now > 0; now = _clock.MoveNext())
                while (now-- > 0)
                    WriteRow(file, ++id);
        }

        file.Flush();
    }

    private void WriteRow(CsvOutput file, int id)
    {
        file.Number(id);
        file.Comma();
        file.Field(_random.Below(2) == 0 ? "female"u8 : "male"u8);
        DayClock.FormatDay(DateOnly.FromDayNumber(FirstBirthday + _random.Below(Birthdays)), _birthdate);
        file.Field(_birthdate);
        file.Text(_clock.Text);
        file.EndRow();
    }
}
