using System.Security.Cryptography;
using CoffeeShop.Observability;
using CoffeeShop.Output;
using CoffeeShop.Protocol;

namespace CoffeeShop.Client;

/// <summary>Puts the parts of the result file where they belong, behind what is there from earlier connections, and checks the whole.</summary>
internal sealed class ResultDownload
{
    private readonly OutputFile _file;

    /// <summary>Goes on behind what the file has.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ResultDownload(OutputFile file)
    {
        _file = file;
        Offset = file.Stream.Length;
    }

    /// <summary>How many bytes are there.</summary>
    public long Offset { get; private set; }

    /// <summary>Writes a part.</summary>
    /// <exception cref="ProtocolException">It is not the next one.</exception>
    /// <exception cref="OutputException">It cannot be written.</exception>
    public void Write(ResultPart part)
    {
        if (part.Offset != Offset) throw new ProtocolException($"RESULT: found offset {part.Offset}, expected {Offset}.");
        Guard(() =>
        {
            foreach (var piece in part.Bytes) _file.Stream.Write(piece.Span);
        });
        Offset += part.Bytes.Length;
        FailPoint.ClientWritten.Hit();
    }

    /// <summary>Checks the whole file.</summary>
    /// <param name="sessionEnd">What it must be.</param>
    /// <exception cref="ClientException">It is something else. What is there is given up.</exception>
    public void Verify(SessionEnd sessionEnd)
    {
        var problem = "";
        Guard(() =>
        {
            _file.Stream.Flush();
            if (Offset != sessionEnd.ResultBytes) problem = $"it has {Offset} bytes, expected {sessionEnd.ResultBytes}";
            else if (Hash() != sessionEnd.ResultHash) problem = "its SHA-256 is another than the server's";
            // Not one byte of it can be trusted; the next attempt fetches all anew.
            if (problem.Length > 0) _file.Stream.SetLength(0);
        });
        if (problem.Length > 0) throw new ClientException($"The result came damaged: {problem}. Nothing of it was kept; fetch it anew with --resume.");
    }

    private Bytes32 Hash()
    {
        _file.Stream.Position = 0;
        var hash = SHA256.HashData(_file.Stream);
        _file.Stream.Position = Offset;
        return new Bytes32(hash);
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw _file.Explain(e);
        }
    }
}
