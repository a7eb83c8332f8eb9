using System.Text.Json;
using CoffeeShop.Output;

namespace CoffeeShop.Client;

/// <summary>
/// What a client must know to go on with its session after its own crash. It holds the session's secret, so only its owner
/// may read it.
/// </summary>
/// <param name="Server">Where the session is.</param>
/// <param name="Session">Its id.</param>
/// <param name="Secret">What proves that it is ours, in hexadecimal digits.</param>
/// <param name="Options">The options of its queries, in their canonical bytes.</param>
/// <param name="Fingerprint">Its files.</param>
public sealed record SessionFile(string Server, string Session, string Secret, byte[] Options, Fingerprint Fingerprint)
{
    /// <summary>Reads the file.</summary>
    /// <param name="path">Where it is.</param>
    /// <returns>What it says; null when there is no such file.</returns>
    /// <exception cref="InputException">It cannot be read, or is no session file.</exception>
    public static SessionFile? Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            return JsonSerializer.Deserialize<SessionFile>(File.ReadAllBytes(path), JsonOptions) ?? throw new JsonException();
        }
        catch (JsonException)
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
                JsonSerializer.Serialize(file, this, JsonOptions);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw OutputException.CannotWrite(path, e);
        }
    }

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
