using CoffeeShop.Delivery;
using Microsoft.Data.Sqlite;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>Says in words what is wrong with the file, and what to do.</summary>
internal static class Trouble
{
    // The primary result codes of SQLite that people can do something about.
    private const int Permission = 3, Busy = 5, Locked = 6, OutOfMemory = 7, ReadOnly = 8, Io = 10, Corrupt = 11, Full = 13, CannotOpen = 14, Constraint = 19, NotADatabase = 26;

    /// <summary>The message for an error of the database.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="e">The error.</param>
    public static StorageException Explain(string file, SqliteException e) => new(
        e.SqliteErrorCode switch
        {
            Full => $"{file} could not be written: the disk is full. Make room on it; what was committed before is safe.",
            Busy or Locked => $"{file} is locked by another process. End what has it open (a backup, a database browser) and try again.",
            Permission or ReadOnly or CannotOpen => $"{file} cannot be opened for writing. Expected a file that this user may write, in a folder that this user may write: check their permissions.",
            Corrupt or NotADatabase => Damaged(file, e.Message).Message,
            Io => $"{file} could not be read or written: the disk reports an error ({e.Message}). Check the disk and the room on it.",
            OutOfMemory => $"{file} could not be read or written: there is no memory left. Give the process more, or send less at once.",
            Constraint => $"{file} refused what was written: {e.Message} This is a mistake of the program, please report it.",
            _ => $"{file} could not be read or written: {e.Message}",
        },
        e)
    {
        IsLasting = e.SqliteErrorCode is Corrupt or NotADatabase or Constraint,
    };

    /// <summary>The message for a file that is not as it was written.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="found">What was found.</param>
    /// <param name="inner">The error that told.</param>
    public static StorageException Damaged(string file, string found, Exception? inner = null) => new(
        $"{file} is damaged: {found.TrimEnd('.')}. Nothing was changed. Restore it with the files beside it from a backup, or choose another folder with --state.", inner)
    {
        IsLasting = true,
    };

    /// <summary>The error of an owner whose state is not the one that the journal makes: only that session cannot go on.</summary>
    /// <param name="session">The session.</param>
    /// <param name="found">What was found, and what was expected.</param>
    public static StorageException Contradiction(SessionId session, string found) => new(found) { IsLasting = true, Guilty = session };

    /// <summary>The message for what is asked after the end.</summary>
    /// <param name="file">The path of the file.</param>
    public static StorageException Closed(string file) => new($"{file} has been closed: the server is stopping.");
}
