namespace CoffeeShop.Protocol;

/// <summary>What a frame carries. Opcodes 4–8 are those of the tables, <see cref="Tables.Table.Opcode"/>.</summary>
public static class Opcode
{
    /// <summary>DATA_BATCH: a message and where it goes, on the bus.</summary>
    public const byte DataBatch = 0;

    /// <summary>BATCH_RECV_SUCCESS: a batch can no longer be lost.</summary>
    public const byte BatchSuccess = 1;

    /// <summary>BATCH_RECV_FAIL: a batch was not taken in.</summary>
    public const byte BatchFail = 2;

    /// <summary>FINISHED: everything has been sent.</summary>
    public const byte Finished = 3;

    /// <summary>EOF: a table has been sent.</summary>
    public const byte EndOfTable = 9;

    /// <summary>HELLO: begins or resumes a session of version 2.</summary>
    public const byte Hello = 32;

    /// <summary>WELCOME: answers it.</summary>
    public const byte Welcome = 33;

    /// <summary>COLUMNS: a batch of a table in columns.</summary>
    public const byte Columns = 34;

    /// <summary>RESULT: a part of the result file.</summary>
    public const byte Result = 35;

    /// <summary>PROGRESS: how far the server is.</summary>
    public const byte Progress = 36;

    /// <summary>SESSION_END: the session has ended, and what the result file must be.</summary>
    public const byte SessionEnd = 37;

    /// <summary>ERROR: why the server closes the connection.</summary>
    public const byte Error = 38;

    /// <summary>PARTIALS: partial aggregates of a batch for one shard; on the bus only.</summary>
    public const byte Partials = 64;

    /// <summary>ROWS: the rows that a row query passes on; on the bus only.</summary>
    public const byte Rows = 65;

    /// <summary>EMISSION: what a shard emits for a query; on the bus only.</summary>
    public const byte Emission = 66;
}
