namespace CoffeeShop.Storage.Postgres;

/// <summary>The tables of the database, as a list of steps: a step that was released is never changed, and a change is another step.</summary>
internal static class Schema
{
    /// <summary>What <c>schema_version</c> says when the tables are ours.</summary>
    public const string Program = "coffee-shop-analyzer";

    /// <summary>The newest version: the number of the last step.</summary>
    public static int Version => Steps.Length;

    /// <summary>Step n, at n - 1, makes version n of version n - 1.</summary>
    public static readonly string[] Steps = [Version1, Version2];

    // Every table of a session goes with its row in session. What is large is stored as it is: it is compressed or short-lived.
    private const string Version1 =
        """
        CREATE TABLE schema_version (program text NOT NULL, version integer NOT NULL);

        -- What is settled when the database is made: one row.
        CREATE TABLE settled (shards integer NOT NULL);

        -- What the cluster does once, such as declaring its queues.
        CREATE TABLE done_step (name text PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now());

        -- Who may write for a destination: the owner that knows the epoch.
        CREATE TABLE ownership (destination text PRIMARY KEY, epoch bigint NOT NULL);

        CREATE TABLE session (
            id uuid PRIMARY KEY,
            protocol smallint NOT NULL,
            client_id text NOT NULL,
            agency text,
            secret_hash bytea NOT NULL,         -- SHA-256 of the secret, which is nowhere
            fingerprint bytea NOT NULL,
            options bytea NOT NULL,             -- QueryOptions.Write
            shards integer NOT NULL,
            state smallint NOT NULL DEFAULT 0,  -- SessionState; 0 is open
            reason text,
            created_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz,
            progress bigint NOT NULL DEFAULT 0  -- while it is open, what the table progress says comes on top
        );
        CREATE INDEX session_open ON session (id) WHERE state = 0;
        CREATE INDEX session_ended ON session (ended_at) WHERE state <> 0;

        -- Counts what has happened, by who did it: owners that count at once do not wait for each other.
        CREATE TABLE progress (
            session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            place text NOT NULL,                -- a destination, or 'gateway'
            count bigint NOT NULL,
            PRIMARY KEY (session, place)
        ) WITH (fillfactor = 50);

        -- K and the hash sum of a table's batches, set once.
        CREATE TABLE table_end (
            session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            opcode smallint NOT NULL,
            last bigint NOT NULL,
            hash_sum bigint NOT NULL,
            PRIMARY KEY (session, opcode)
        );

        -- The last batch of the contiguous prefix that cannot be lost any more.
        CREATE TABLE mark (
            session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            opcode smallint NOT NULL,
            number bigint NOT NULL,
            PRIMARY KEY (session, opcode)
        );

        -- The messages that an owner applied; gone when the session ends.
        CREATE TABLE journal (
            session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            destination text NOT NULL,
            sequence bigint NOT NULL,
            bytes bytea NOT NULL,
            PRIMARY KEY (session, destination, sequence)
        );
        ALTER TABLE journal ALTER COLUMN bytes SET STORAGE EXTERNAL;

        -- The state that the records up to a sequence made, in their place.
        CREATE TABLE snapshot (
            session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            destination text NOT NULL,
            sequence bigint NOT NULL,
            bytes bytea NOT NULL,
            PRIMARY KEY (session, destination)
        );
        ALTER TABLE snapshot ALTER COLUMN bytes SET STORAGE EXTERNAL;

        -- Messages under suspicion: only of open sessions.
        CREATE TABLE attempt (
            session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            queue text NOT NULL,
            input smallint NOT NULL,
            number bigint NOT NULL,
            begun integer NOT NULL,
            failed integer NOT NULL,
            PRIMARY KEY (session, queue, input, number)
        );

        -- The answers.
        CREATE TABLE result (
            session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            query smallint NOT NULL,
            number bigint NOT NULL,
            hash bigint,                        -- of the batch, for the ledger of a row query; other queries have none
            row_count bigint,
            bytes bytea NOT NULL,
            PRIMARY KEY (session, query, number)
        );
        ALTER TABLE result ALTER COLUMN bytes SET STORAGE EXTERNAL;

        CREATE TABLE closed_query (
            session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            query smallint NOT NULL,
            chunks bigint NOT NULL,
            bytes bigint NOT NULL,
            row_count bigint NOT NULL,
            PRIMARY KEY (session, query)
        );
        """;

    private const string Version2 =
        """
        -- The processes of the cluster, each as it reports itself.
        CREATE TABLE member (
            id uuid PRIMARY KEY,
            role text NOT NULL,
            name text NOT NULL,
            host text NOT NULL,
            process integer NOT NULL,
            process_start bigint NOT NULL,
            version text NOT NULL,
            beats bigint NOT NULL,              -- grows; nobody compares clocks
            handled bigint NOT NULL
        ) WITH (fillfactor = 50);

        -- Which monitor may revive: one row.
        CREATE TABLE leader (monitor uuid NOT NULL, epoch bigint PRIMARY KEY, beats bigint NOT NULL) WITH (fillfactor = 50);
        """;
}
