using System.Net.Sockets;
using CoffeeShop.Delivery;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>Says in words what is wrong with the database, and what to do.</summary>
internal static class Trouble
{
    /// <summary>Whether an error is one of the database or of the way to it. All others are mistakes of ours.</summary>
    /// <param name="e">The error.</param>
    public static bool IsTrouble(Exception e) => e is NpgsqlException or SocketException or IOException or TimeoutException;

    /// <summary>Whether asking again can help: the database is not reachable now, or others were in the way.</summary>
    /// <param name="e">The error.</param>
    public static bool IsPassing(Exception e) => IsTrouble(e) && (e is not PostgresException error || !IsLasting(error.SqlState));

    /// <summary>The message for an error of the database.</summary>
    /// <param name="name">What messages call the database.</param>
    /// <param name="e">The error.</param>
    public static StorageException Explain(string name, Exception e) => new(Words(name, e), e) { IsLasting = !IsPassing(e) };

    /// <summary>The message for a database that is not as it was written.</summary>
    /// <param name="name">What messages call the database.</param>
    /// <param name="found">What was found.</param>
    /// <param name="inner">The error that told.</param>
    public static StorageException Damaged(string name, string found, Exception? inner = null) => new(
        $"{name} is damaged: {found.TrimEnd('.')}. Nothing was changed. Restore it from a backup, or use another database.", inner)
    {
        IsLasting = true,
    };

    /// <summary>The error of an owner whose state is not the one that the journal makes: only that session cannot go on.</summary>
    /// <param name="session">The session.</param>
    /// <param name="found">What was found, and what was expected.</param>
    /// <param name="inner">The error that told.</param>
    public static StorageException Contradiction(SessionId session, string found, Exception? inner = null) => new(found, inner) { IsLasting = true, Guilty = session };

    /// <summary>The message for what is asked after the end.</summary>
    /// <param name="name">What messages call the database.</param>
    public static StorageException Closed(string name) => new($"{name} has been closed: the process is stopping.");

    // By the classes of the standard: what was asked, who asked, or what is stored is wrong, and stays so.
    private static bool IsLasting(string state) => state[..2] is "0A" or "22" or "23" or "28" or "3D" or "3F" or "42" or "54" || state is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted;

    private static string Words(string name, Exception e) => e switch
    {
        PostgresException error => Words(name, error),
        { InnerException: TimeoutException } or TimeoutException => $"{name} did not answer in time. It goes on when the server does; if it does not, look at its log.",
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TryAgain or SocketError.TimedOut } socket } =>
            $"{name} cannot be reached: {socket.Message}. Expected a PostgreSQL server there: start it, or correct the address of the database.",
        _ => $"{name} could not be asked: {e.Message}",
    };

    private static string Words(string name, PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"{name} refuses this user: {error.MessageText}. Correct user and password in the address of the database.",
        PostgresErrorCodes.InvalidCatalogName => $"{name} is not there: {error.MessageText}. Create it (createdb), or correct the address of the database.",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"{name} does not let this user do what is needed: {error.MessageText}. Make the user the owner of the database, or grant it CREATE and all rights on its tables.",
        PostgresErrorCodes.DiskFull => $"{name} could not be written: the disk of its server is full. Make room on it; what was committed before is safe.",
        PostgresErrorCodes.TooManyConnections => $"{name} has no connection left. Raise max_connections of the server: every process here uses up to {DatabaseAddress.ConnectionsMax}.",
        PostgresErrorCodes.ReadOnlySqlTransaction => $"{name} can only be read: the server is a standby, or was made read-only. Correct the address of the database.",
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => Damaged(name, error.MessageText).Message,
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            $"{name} is starting or stopping: {error.MessageText}. It goes on when the server does.",
        _ when IsLasting(error.SqlState) => $"{name} refused what was asked: {error.MessageText} ({error.SqlState}). This is a mistake of the program or somebody changed the tables, please report it.",
        _ => $"{name} could not do what was asked: {error.MessageText} ({error.SqlState}).",
    };
}
