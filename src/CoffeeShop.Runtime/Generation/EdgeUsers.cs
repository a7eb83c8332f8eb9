using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>Edge cases of users. Ids are from 900,000,000, where no generated user is.</summary>
internal static class EdgeUsers
{
    private const string Header = "user_id,gender,birthdate,registered_at";

    public static IEnumerable<EdgeFile> Files() => [Rows(), Order(), Malformed(), new EdgeFile(Users.Table, "empty", "")];

    private static EdgeFile Rows() => new EdgeFile(Users.Table, "rows", Header)
        .Rows(
            // These tie in purchases at a store of their own: the lower ids win as numbers, not as text.
            "1000000000,female,1990-01-04,2024-01-01 09:00:00",
            "999999999,male,1990-01-03,2024-01-01 09:00:00",
            "999999998.0,female,1990-01-02,2024-01-01 09:00:00",
            "999999997,male,1990-01-01,2024-01-01 09:00:00",
            // A repeated id keeps the earliest birthdate.
            "900000001,male,1980-06-02,2024-01-01 09:00:00",
            "900000001,male,1980-06-01,2024-01-01 09:00:00",
            "900000001,male,1980-06-03,2024-01-01 09:00:00",
            // These never buy.
            "900000002,female,2000-02-29,2024-01-01 09:00:00",
            "0900000003,,0001-01-01,no time in a column that is ignored",
            "2147483647,male,9999-12-31,2024-01-01 09:00:00");

    private static EdgeFile Order() => new EdgeFile(Users.Table, "order", "birthdate,user_id", lineEnd: "\r\n", hasMark: true)
        .Rows("1970-01-01,900000010", "", "\"1970-01-02\",\"900000011.0\"")
        .WithoutFinalLineEnd();

    private static EdgeFile Malformed() => new EdgeFile(Users.Table, "malformed", Header)
        .Rejected(
            Users.Birthdate,
            "900000020,male,2024-02-30,2024-01-01 09:00:00",
            "900000020,male,2023-02-29,2024-01-01 09:00:00",
            "900000020,male,1900-02-29,2024-01-01 09:00:00",
            "900000020,male,1990-00-10,2024-01-01 09:00:00",
            "900000020,male,1990-13-10,2024-01-01 09:00:00",
            "900000020,male,1990-4-1,2024-01-01 09:00:00",
            "900000020,male,0000-01-01,2024-01-01 09:00:00",
            "900000020,male,1990/04/01,2024-01-01 09:00:00",
            "900000020,male,,2024-01-01 09:00:00")
        .Rejected(
            Users.UserId,
            ",male,1990-04-01,2024-01-01 09:00:00",
            "-5,male,1990-04-01,2024-01-01 09:00:00",
            "2147483648.0,male,1990-04-01,2024-01-01 09:00:00",
            "900000020.00,male,1990-04-01,2024-01-01 09:00:00")
        .Rejected(null, "900000020,male,1990-04-01", "900000020,male,1990-04-01,2024-01-01 09:00:00,");
}
