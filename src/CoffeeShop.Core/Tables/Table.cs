using System.Collections.Immutable;

namespace CoffeeShop.Tables;

/// <summary>
/// One of the five tables: its name, the opcode its batches carry on the wire, and the columns that some query reads.
/// Other columns of the input are ignored and never validated.
/// </summary>
public sealed class Table
{
    /// <summary>Makes a table and gives each of its columns its place in the table's batches.</summary>
    /// <param name="name">The name of the table, of its folder and of its files.</param>
    /// <param name="opcode">The opcode of its batches (4–8).</param>
    /// <param name="columns">The columns, in the order of a batch.</param>
    public Table(string name, byte opcode, params ReadOnlySpan<Column> columns)
    {
        Name = name;
        Opcode = opcode;
        Columns = [.. columns];
        for (var i = 0; i < Columns.Length; i++) Columns[i].Attach(this, i);
    }

    /// <summary>The name, as folders, files, log lines and the protocol spell it.</summary>
    public string Name { get; }

    /// <summary>The opcode of the table's batches; also its table id on the bus.</summary>
    public byte Opcode { get; }

    /// <summary>The columns that some query reads, in the order of a batch.</summary>
    public ImmutableArray<Column> Columns { get; }

    /// <summary>
    /// The keys of a row in version 1 of the protocol, in the order in which they are sent; the table's own columns among
    /// them by one of their names.
    /// </summary>
    public required ImmutableArray<string> WireKeys { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
