namespace CoffeeShop.Storage.Sqlite;

/// <summary>The tables of the file.</summary>
internal static class Schema
{
    /// <summary>"Cofe": says that the file is ours.</summary>
    public const long ApplicationId = 0x436F6665;

    /// <summary>Grows whenever the tables change.</summary>
    public const long Version = 1;

    /// <summary>Makes the tables. Every table of a session goes with its row in <c>session</c>.</summary>
    public const string Create =
        """
        PRAGMA application_id = 0x436F6665;
        PRAGMA user_version = 1;

        -- What is settled when the file is made: one row.
        CREATE TABLE settled (shards INTEGER NOT NULL) STRICT;

        -- Who may write for a destination: the owner that knows the epoch.
        CREATE TABLE ownership (
            destination TEXT NOT NULL PRIMARY KEY,
            epoch INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE session (
            id BLOB NOT NULL PRIMARY KEY,
            protocol INTEGER NOT NULL,
            client_id TEXT NOT NULL,
            agency TEXT,
            secret_hash BLOB NOT NULL,      -- SHA-256 of the secret, which is nowhere
            fingerprint BLOB NOT NULL,
            options BLOB NOT NULL,          -- QueryOptions.Write
            shards INTEGER NOT NULL,
            state INTEGER NOT NULL,         -- SessionState; 0 is open
            reason TEXT,
            created_at INTEGER NOT NULL,    -- milliseconds since 1970
            ended_at INTEGER,
            progress INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_open ON session (id) WHERE state = 0;

        -- K and the hash sum of a table's batches, set once.
        CREATE TABLE table_end (
            session BLOB NOT NULL REFERENCES session ON DELETE CASCADE,
            opcode INTEGER NOT NULL,
            last INTEGER NOT NULL,
            hash_sum INTEGER NOT NULL,
            PRIMARY KEY (session, opcode)
        ) STRICT, WITHOUT ROWID;

        -- The last batch of the contiguous prefix that cannot be lost any more.
        CREATE TABLE mark (
            session BLOB NOT NULL REFERENCES session ON DELETE CASCADE,
            opcode INTEGER NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (session, opcode)
        ) STRICT, WITHOUT ROWID;

        -- The messages that an owner applied; gone when the session ends. With row ids, since the rows are large.
        CREATE TABLE journal (
            session BLOB NOT NULL REFERENCES session ON DELETE CASCADE,
            destination TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (session, destination, sequence)
        ) STRICT;

        -- The state that the records up to a sequence made, in their place.
        CREATE TABLE snapshot (
            session BLOB NOT NULL REFERENCES session ON DELETE CASCADE,
            destination TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (session, destination)
        ) STRICT;

        -- Messages under suspicion: only of open sessions.
        CREATE TABLE attempt (
            session BLOB NOT NULL REFERENCES session ON DELETE CASCADE,
            queue TEXT NOT NULL,
            input INTEGER NOT NULL,
            number INTEGER NOT NULL,
            begun INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            PRIMARY KEY (session, queue, input, number)
        ) STRICT, WITHOUT ROWID;

        -- The answers. The bytes come last, so that the columns before them are read without them.
        CREATE TABLE result (
            session BLOB NOT NULL REFERENCES session ON DELETE CASCADE,
            query INTEGER NOT NULL,
            number INTEGER NOT NULL,
            hash INTEGER,                   -- of the batch, for the ledger of a row query; other queries have none
            row_count INTEGER,
            bytes BLOB NOT NULL,
            PRIMARY KEY (session, query, number)
        ) STRICT;

        CREATE TABLE closed_query (
            session BLOB NOT NULL REFERENCES session ON DELETE CASCADE,
            query INTEGER NOT NULL,
            chunks INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            row_count INTEGER NOT NULL,
            PRIMARY KEY (session, query)
        ) STRICT, WITHOUT ROWID;
        """;
}
