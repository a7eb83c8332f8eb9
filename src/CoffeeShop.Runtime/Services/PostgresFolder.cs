using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace CoffeeShop.Services;

/// <summary>The folder of a private PostgreSQL server: its data, its port and its password, and the programs that work on them.</summary>
internal sealed class PostgresFolder
{
    /// <summary>The one user of the server.</summary>
    public const string User = "coffee";

    // The server refuses to run as root; its package makes this user for it.
    private const string SystemUser = "postgres";

    private const string Packages = "/usr/lib/postgresql";

    // Beyond the greatest number that the kernel gives.
    private const string NoProcess = "2147483647";

    private readonly string _programs;

    private PostgresFolder(string path, string programs) => (Path, _programs) = (path, programs);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The data of the server.</summary>
    public string Data => System.IO.Path.Combine(Path, "data");

    /// <summary>The port of the server.</summary>
    public int Port { get; private set; }

    /// <summary>The password of the user.</summary>
    public string Password { get; private set; } = "";

    private string PasswordFile => System.IO.Path.Combine(Path, "password");

    private string PortFile => System.IO.Path.Combine(Path, "port");

    /// <summary>Makes a folder with an empty server, unless there is one in it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="survivesMachine">Whether what is made is on the disk then.</param>
    /// <exception cref="ServiceException">The package is not installed, or its programs fail.</exception>
    public static async Task<PostgresFolder> PrepareAsync(string path, bool survivesMachine)
    {
        path = System.IO.Path.GetFullPath(path);
        var versionFile = System.IO.Path.Combine(path, "data", "PG_VERSION");
        var isMade = File.Exists(versionFile);
        var folder = new PostgresFolder(path, FindPrograms(isMade ? (await File.ReadAllTextAsync(versionFile)).Trim() : null));
        if (!isMade) await folder.MakeAsync(survivesMachine);
        folder.Password = await File.ReadAllTextAsync(folder.PasswordFile);
        folder.Port = int.Parse(await File.ReadAllTextAsync(folder.PortFile), CultureInfo.InvariantCulture);
        return folder;
    }

    /// <summary>
    /// Lets a server start after one that was killed together with whoever had started it: nobody may have buried it yet, and by its
    /// number the next one would take it for alive. Whether its memory is still in use is for the next one to see.
    /// </summary>
    public void ForgetDeadServer()
    {
        var file = System.IO.Path.Combine(Data, "postmaster.pid");
        if (!File.Exists(file)) return;
        var lines = File.ReadAllLines(file);
        if (lines.Length == 0 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var process) || ProcessTree.IsRunning(process)) return;
        lines[0] = NoProcess;
        File.WriteAllLines(file, lines);
    }

    /// <summary>How to run a program of the package.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    public ChildCommand Command(string program, IReadOnlyList<string> arguments) => new(System.IO.Path.Combine(_programs, program), arguments)
    {
        Folder = Path,
        User = Environment.IsPrivilegedProcess ? SystemUser : null,
        // Messages in one language.
        Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" },
    };

    /// <summary>Runs a program of the package to its end.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those that all programs get.</param>
    /// <exception cref="ServiceException">It fails.</exception>
    public Task RunAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var command = Command(program, arguments);
        return RunAsync(command with { Environment = command.Environment.Concat(environment ?? new Dictionary<string, string?>()).ToDictionary() });
    }

    // Made under another name: data of the right name is whole.
    private async Task MakeAsync(bool survivesMachine)
    {
        Directory.CreateDirectory(Path);
        var unfinished = Data + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        await File.WriteAllTextAsync(PasswordFile, "");
        // Before the password is in it.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(PasswordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        await File.WriteAllTextAsync(PortFile, FreePorts.Find(1)[0].ToString(CultureInfo.InvariantCulture));
        if (Environment.IsPrivilegedProcess) await HandOverAsync();
        await RunAsync(
            "initdb",
            [
                "-D", unfinished, $"--username={User}", $"--pwfile={PasswordFile}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
                .. survivesMachine ? Array.Empty<string>() : ["--no-sync"],
            ]);
        Directory.Move(unfinished, Data);
    }

    private async Task HandOverAsync()
    {
        await RunAsync(new ChildCommand("/bin/chown", ["-R", $"{SystemUser}:", Path]));
        await using var look = ChildProcess.Start(new ChildCommand("/usr/bin/test", ["-r", PasswordFile]) { User = SystemUser }, _ => { });
        if (await look.Exited == 0) return;
        throw new ServiceException(
            $"The user {SystemUser} cannot reach {Path}, and PostgreSQL runs as that user, since it refuses to run as root: let others pass through the folders above it (chmod o+x), or choose a folder elsewhere.");
    }

    private static async Task RunAsync(ChildCommand command)
    {
        var lines = new ConcurrentQueue<string>();
        await using var process = ChildProcess.Start(command, lines.Enqueue);
        if (await process.Exited != 0)
            throw new ServiceException($"{command.FileName} failed: {string.Join(' ', lines.TakeLast(3))}");
    }

    // Data is of one version for ever; new data is of the newest.
    private static string FindPrograms(string? version)
    {
        var installed = Directory.Exists(Packages) ? Directory.GetDirectories(Packages).Select(System.IO.Path.GetFileName) : [];
        var newest = installed.OfType<string>()
            .Where(found => version is null || found == version)
            .Where(found => File.Exists(System.IO.Path.Combine(Packages, found, "bin", "postgres")))
            .OrderByDescending(found => double.TryParse(found, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .FirstOrDefault();
        return newest is not null ? System.IO.Path.Combine(Packages, newest, "bin") : throw new ServiceException(
            $"PostgreSQL {version}".TrimEnd() + $" is not installed: expected it in {Packages}. Install it (apt-get install postgresql), or name a database of your own.");
    }
}
