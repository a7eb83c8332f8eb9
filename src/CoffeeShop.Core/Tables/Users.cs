namespace CoffeeShop.Tables;

/// <summary>The members: one row per user.</summary>
public static class Users
{
    /// <summary>The member.</summary>
    public static readonly Column<int> UserId = Column.Id("user_id");

    /// <summary>The day the member was born.</summary>
    public static readonly Column<LocalDate> Birthdate = Column.Date("birthdate");

    /// <summary>The table.</summary>
    public static readonly Table Table = new("users", opcode: 8, UserId, Birthdate)
    {
        WireKeys = ["user_id", "gender", "birthdate", "registered_at"],
    };
}
