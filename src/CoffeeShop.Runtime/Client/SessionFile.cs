using System.Buffers;
using System.Text.Json;
using CoffeeShop.Delivery;
using CoffeeShop.Output;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;

namespace CoffeeShop.Client;

/// <summary>
/// What a client must know to go on with its session after its own crash. It holds the session's secret, so only its owner
/// may read it.
/// </summary>
/// <param name="Server">Where the session is.</param>
/// <param name="Key">What resumes it.</param>
/// <param name="Queries">The options of its queries.</param>
/// <param name="Fingerprint">Its files.</param>
public sealed record SessionFile(ServerAddress Server, SessionKey Key, QueryOptions Queries, Fingerprint Fingerprint)
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads the file.</summary>
    /// <param name="path">Where it is.</param>
    /// <returns>What it says; null when there is no such file.</returns>
    /// <exception cref="InputException">It cannot be read, or is no session file.</exception>
    public static SessionFile? Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            return (JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), JsonOptions) ?? throw new JsonException()).Parse();
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidDataException)
        {
            throw new InputException($"{path} is no session file: remove it and begin anew, without --resume.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The session file cannot be read: {e.Message}");
        }
    }

    /// <summary>Writes the file: whole, or not at all.</summary>
    /// <param name="path">Where it goes.</param>
    /// <exception cref="OutputException">It cannot be written.</exception>
    public void Write(string path)
    {
        var partial = path + ".partial";
        try
        {
            // One that is left may be readable by others, and would stay so.
            File.Delete(partial);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(partial, options))
            {
                JsonSerializer.Serialize(file, Content.Of(this), JsonOptions);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw OutputException.CannotWrite(path, e);
        }
    }

    /// <summary>What stands in the file: texts, and the options in their canonical bytes.</summary>
    private sealed record Content(string Server, string Session, string Secret, byte[] Queries, Fingerprint Fingerprint)
    {
        public static Content Of(SessionFile file)
        {
            var queries = new ArrayBufferWriter<byte>();
            file.Queries.Write(new StateWriter(queries));
            return new Content($"{file.Server}", $"{file.Key.Id}", Convert.ToHexStringLower(file.Key.Secret.ToArray()), queries.WrittenSpan.ToArray(), file.Fingerprint);
        }

        public SessionFile Parse()
        {
            if (!SessionId.TryParse(Session, out var id)) throw new FormatException();
            var queries = new StateReader(Queries);
            return new SessionFile(
                ServerAddress.Parse(Server) ?? throw new FormatException(),
                new SessionKey(id, new Bytes32(Convert.FromHexString(Secret))),
                QueryOptions.Read(ref queries),
                Fingerprint);
        }
    }
}
