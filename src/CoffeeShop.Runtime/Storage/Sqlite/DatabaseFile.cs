using CoffeeShop.Output;
using Microsoft.Data.Sqlite;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>The file of the database: how it is made, and what it must be to be used. What is not as expected is refused and left as it is.</summary>
internal static class DatabaseFile
{
    /// <summary>Its name in the state folder.</summary>
    public const string Name = "coffee.db";

    /// <summary>Takes the state folder for this process.</summary>
    /// <param name="folder">The folder; made when it is missing.</param>
    public static FolderLock Lock(string folder)
    {
        try
        {
            return new FolderLock(folder, staysBehind: true);
        }
        catch (OutputException e)
        {
            throw new StorageException(
                e.IsInUse
                    ? $"The state folder {folder} is in use by another server. Stop that one, or choose another folder with --state."
                    : $"The state folder {folder} cannot be used: {e.Reason} Choose a folder that this user may write with --state.",
                e);
        }
    }

    /// <summary>Makes the file, unless it is there, and checks it.</summary>
    /// <param name="file">The path of the file, in a folder that is locked.</param>
    /// <param name="shards">The number of shards that is asked for; null for the one of the file.</param>
    /// <param name="shardsOfNew">The number of shards of a new file when none is asked for.</param>
    /// <returns>The number of shards of the file.</returns>
    public static int Prepare(string file, int? shards, int shardsOfNew)
    {
        try
        {
            if (!File.Exists(file)) Make(file, shards ?? shardsOfNew);
            return Check(file, shards);
        }
        catch (SqliteException e)
        {
            throw Trouble.Explain(file, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{file} cannot be made: {e.Message} Choose a folder that this user may write with --state.", e);
        }
    }

    /// <summary>Opens a connection for the one writer.</summary>
    /// <param name="file">The path of the file.</param>
    public static Connection OpenWriter(string file)
    {
        var connection = new Connection(file);
        // Every commit is on the disk before it is answered.
        connection.Execute("PRAGMA synchronous = FULL");
        // The log is folded into the file every 16 MiB of pages, and cut back when a burst has made it longer than this.
        connection.Execute("PRAGMA wal_autocheckpoint = 2048");
        connection.Execute("PRAGMA journal_size_limit = 67108864");
        connection.Execute("PRAGMA cache_size = -16384");
        return connection;
    }

    /// <summary>Opens a connection that only reads.</summary>
    /// <param name="file">The path of the file.</param>
    public static Connection OpenReader(string file)
    {
        var connection = new Connection(file);
        connection.Execute("PRAGMA query_only = ON");
        return connection;
    }

    // Made under another name: a file of the right name is whole, and an empty one is damage and not a beginning.
    private static void Make(string file, int shards)
    {
        if (File.Exists(file + "-wal")) throw Trouble.Damaged(file, $"it is missing, but its log {file}-wal is there");
        var unfinished = file + ".new";
        File.Delete(unfinished);
        File.Delete(unfinished + "-journal");
        using (var connection = new Connection(unfinished, SqliteOpenMode.ReadWriteCreate))
        {
            connection.Execute("PRAGMA page_size = 8192");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("BEGIN");
            connection.Execute(Schema.Create);
            connection.Execute("INSERT INTO settled VALUES ($1)", shards);
            connection.Execute("COMMIT");
        }

        File.Move(unfinished, file);
    }

    private static int Check(string file, int? shards)
    {
        if (new FileInfo(file).Length == 0) throw Trouble.Damaged(file, "it is empty");
        using var connection = new Connection(file);
        connection.LeaveLog();
        CheckKind(file, connection);
        // Sees also what a process that was killed left in the log.
        var found = (string?)connection.Scalar("PRAGMA quick_check(1)");
        if (found != "ok") throw Trouble.Damaged(file, found ?? "it cannot be checked");
        if (connection.Scalar("PRAGMA journal_mode = WAL") is not "wal")
            throw new StorageException($"{file} is on a disk that does not support the log of the database (a network disk?). Choose a folder on a local disk with --state.");

        var stored = (int)connection.Number("SELECT shards FROM settled");
        return shards is null || shards == stored ? stored : throw new StorageException(
            $"{file} was made for {stored} shards, but {shards} are asked for. The number cannot change: leave it out, ask for {stored}, or choose another folder with --state.");
    }

    private static void CheckKind(string file, Connection connection)
    {
        var application = connection.Number("PRAGMA application_id");
        var version = connection.Number("PRAGMA user_version");
        if (application != Schema.ApplicationId)
            throw new StorageException($"{file} is a database of another program (application id {application}, expected {Schema.ApplicationId}). Choose another folder with --state.");
        if (version > Schema.Version)
            throw new StorageException($"{file} was made by a newer version of this program (schema {version}, expected at most {Schema.Version}). Use that version, or choose another folder with --state.");
        if (version < 1) throw Trouble.Damaged(file, $"its schema is {version}, expected {Schema.Version}");
    }
}
