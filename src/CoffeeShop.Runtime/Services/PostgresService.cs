using System.Collections.Concurrent;
using System.Globalization;

namespace CoffeeShop.Services;

/// <summary>
/// A private PostgreSQL server as a child process: everything of it is in one folder, it listens on a port of 127.0.0.1 and
/// nowhere else, and has one user with a password of its own. Started again on the same folder it has the same port, user
/// and databases.
/// </summary>
public sealed class PostgresService : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60), StopPatience = TimeSpan.FromSeconds(30);

    private readonly PostgresFolder _folder;
    private readonly Action<string> _onLine;
    private readonly bool _survivesMachine;
    private ChildProcess? _server;

    private PostgresService(PostgresFolder folder, Action<string> onLine, bool survivesMachine) =>
        (_folder, _onLine, _survivesMachine) = (folder, onLine, survivesMachine);

    /// <summary>The port, on 127.0.0.1.</summary>
    public int Port => _folder.Port;

    /// <summary>Its process; null when it does not run.</summary>
    public int? ProcessId => _server is { Exited.IsCompleted: false } server ? server.Id : null;

    /// <summary>Completes with the exit code when the server has ended, however.</summary>
    public Task<int> Exited => _server?.Exited ?? Task.FromResult(0);

    /// <summary>The address of the database that every server has.</summary>
    public string Address => AddressOf("postgres");

    /// <summary>Prepares a folder, unless it is prepared, and starts the server in it.</summary>
    /// <param name="folder">The folder. It belongs to the server then; when this process is root, to the user <c>postgres</c>.</param>
    /// <param name="onLine">Gets the lines of its log, one at a time. Must not throw.</param>
    /// <param name="survivesMachine">Whether what was committed outlives the machine, and not only all processes. False is for tests, which are quicker then.</param>
    /// <exception cref="ServiceException">The package is not installed, or the server does not start.</exception>
    public static async Task<PostgresService> StartAsync(string folder, Action<string> onLine, bool survivesMachine = true)
    {
        var service = new PostgresService(await PostgresFolder.PrepareAsync(folder, survivesMachine), onLine, survivesMachine);
        await service.StartAsync();
        return service;
    }

    /// <summary>The address of a database of this server, with the password.</summary>
    /// <param name="database">The database.</param>
    public string AddressOf(string database) => $"postgres://{PostgresFolder.User}:{_folder.Password}@127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/{database}";

    /// <summary>Makes an empty database.</summary>
    /// <param name="database">Its name.</param>
    /// <exception cref="ServiceException">There is one already, or the server does not run.</exception>
    public Task CreateDatabaseAsync(string database) => _folder.RunAsync(
        "createdb", ["--host=127.0.0.1", $"--port={Port.ToString(CultureInfo.InvariantCulture)}", $"--username={PostgresFolder.User}", "--no-password", database],
        new Dictionary<string, string?> { ["PGPASSWORD"] = _folder.Password });

    /// <summary>Starts the server again, after it has ended.</summary>
    /// <exception cref="ServiceException">It does not start.</exception>
    public async Task StartAsync()
    {
        _folder.ForgetDeadServer();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lines = new ConcurrentQueue<string>();
        var server = ChildProcess.Start(
            _folder.Command(
                "postgres",
                // Without a socket in the file system, whose path could be too long. A cluster of many processes fits in.
                [
                    "-D", _folder.Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", "", "-c", "listen_addresses=127.0.0.1",
                    "-c", "max_connections=300", "-c", $"fsync={(_survivesMachine ? "on" : "off")}",
                ]),
            line =>
            {
                _onLine(line);
                if (ready.Task.IsCompleted) return;
                lines.Enqueue(line);
                if (line.EndsWith("database system is ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult();
            });
        if (await Task.WhenAny(ready.Task, server.Exited, Task.Delay(StartPatience)) != ready.Task)
        {
            await server.KillAsync();
            throw new ServiceException($"PostgreSQL does not start in {_folder.Path}: {string.Join(' ', lines.TakeLast(3))}");
        }

        _server = server;
    }

    /// <summary>Stops the server: connections are ended, what was not committed is undone, what was is written.</summary>
    public async Task StopAsync()
    {
        if (_server is not { } server) return;
        // What SIGTERM alone asks for would wait until everybody has gone.
        server.Send(Signal.Interrupt);
        await server.StopAsync(StopPatience);
        _server = null;
    }

    /// <summary>Kills the server with all its processes, as a failure of the machine would.</summary>
    public async Task KillAsync()
    {
        if (_server is not { } server) return;
        var others = ProcessTree.ChildrenOf(server.Id);
        await server.KillAsync();
        // They notice a little later by themselves; until then no server could be started in the folder.
        await ProcessTree.KillAsync(others);
        _server = null;
    }

    /// <summary>Stops the server. The folder stays.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();
}
