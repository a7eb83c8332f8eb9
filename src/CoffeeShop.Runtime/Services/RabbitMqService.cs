using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace CoffeeShop.Services;

/// <summary>
/// A private message broker of the installed package <c>rabbitmq-server</c>: a child process with all its files in one
/// folder, ports of its own, reachable from this machine alone, beside any other broker.
/// </summary>
public sealed partial class RabbitMqService : IAsyncDisposable
{
    /// <summary>Who may log in, with a password that is in the folder.</summary>
    public const string User = "coffee";

    private static readonly string[] NamesPrograms = ["/usr/bin/epmd", "/usr/local/bin/epmd"];
    private const string Ready = "Server startup complete";

    private readonly RabbitMqServiceOptions _options;
    private readonly Action<string> _onLine;
    private readonly string _nodeName;
    private readonly string _password;
    private readonly int _distributionPort;
    private readonly int _namesPort;
    private ChildProcess? _names;
    private ChildProcess? _broker;

    private RabbitMqService(RabbitMqServiceOptions options, Action<string> onLine, int port, int distributionPort, int namesPort)
    {
        (_options, _onLine, Port, _distributionPort, _namesPort) = (options, onLine, port, distributionPort, namesPort);
        _password = SecretOf("password");
        SecretOf(".erlang.cookie");
        // The data of a node is in a folder of its name.
        _nodeName = $"coffee{distributionPort}@localhost";
    }

    /// <summary>Where clients connect.</summary>
    public int Port { get; }

    /// <summary>The virtual host that every broker has.</summary>
    public Uri Uri => UriOf("");

    /// <summary>Its process; null when it does not run.</summary>
    public int? ProcessId => _broker is { Exited.IsCompleted: false } broker ? broker.Id : null;

    /// <summary>Completes when the broker has ended, whoever ended it.</summary>
    public Task<int> Exited => _broker?.Exited ?? throw new InvalidOperationException("The broker has not been started.");

    /// <summary>Starts a broker over a folder, which is made if need be, and waits until clients may connect.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="onLine">Gets the lines of its log.</param>
    /// <exception cref="ServiceException">The package is not installed, or the broker does not start.</exception>
    public static async Task<RabbitMqService> StartAsync(RabbitMqServiceOptions options, Action<string> onLine)
    {
        var program = Path.Combine(options.Programs, "rabbitmq-server");
        if (!File.Exists(program))
            throw new ServiceException($"{program} was not found: expected the package rabbitmq-server. Install it: apt-get install rabbitmq-server");
        Directory.CreateDirectory(options.Folder);
        options = options with { Folder = Path.GetFullPath(options.Folder) };
        var ports = await PortsAsync(options.Folder);
        var service = new RabbitMqService(options, onLine, ports[0], ports[1], ports[2]);
        try
        {
            await service.ConfigureAsync();
            await service.StartAsync();
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }

        return service;
    }

    /// <summary>The address of a virtual host.</summary>
    /// <param name="virtualHost">Its name; empty for the one that every broker has.</param>
    public Uri UriOf(string virtualHost) => new($"amqp://{User}:{_password}@127.0.0.1:{Port}/{Uri.EscapeDataString(virtualHost)}");

    /// <summary>Starts the broker again, over the same folder and ports, after it has ended.</summary>
    /// <exception cref="ServiceException">It does not start.</exception>
    public async Task StartAsync()
    {
        if (_names is null or { Exited.IsCompleted: true }) _names = ChildProcess.Start(new ChildCommand(Names(), ["-address", "127.0.0.1", "-port", $"{_namesPort}"]), _onLine);
        var (ready, last) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new Queue<string>());
        _broker = ChildProcess.Start(new ChildCommand(Program("rabbitmq-server"), []) { Environment = Environment(), Folder = _options.Folder }, line =>
        {
            last.Enqueue(line);
            if (last.Count > 20) last.Dequeue();
            _onLine(line);
            if (line.Contains(Ready, StringComparison.Ordinal)) ready.TrySetResult();
        });
        var first = await Task.WhenAny(ready.Task, _broker.Exited, _names.Exited, Task.Delay(_options.StartPatience));
        if (first == ready.Task) return;
        await _broker.KillAsync();
        var how = first == _names.Exited ? $"has no epmd, which ended with exit code {await _names.Exited}: port {_namesPort} may be in use" : first == _broker.Exited ? $"ended with exit code {await _broker.Exited}" : $"was not ready within {_options.StartPatience.TotalSeconds} s";
        throw new ServiceException($"The message broker in {_options.Folder} {how}. It said last:\n{string.Join('\n', last)}");
    }

    /// <summary>Lets the broker end, and its helper.</summary>
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.StopAsync(_options.StopPatience);
        if (_names is not null) await _names.KillAsync();
        _names = null;
    }

    /// <summary>kill -9 of the broker.</summary>
    public Task KillAsync() => _broker?.KillAsync() ?? Task.CompletedTask;

    /// <summary>Asks the running broker something, or to do something, as <c>rabbitmqctl</c> does.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    /// <returns>What it answered.</returns>
    /// <exception cref="ServiceException">It refused.</exception>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        var answer = new StringBuilder();
        await using var control = ChildProcess.Start(
            new ChildCommand(Program("rabbitmqctl"), ["--quiet", "--node", _nodeName, .. arguments]) { Environment = Environment(), Folder = _options.Folder }, line => answer.AppendLine(line));
        var code = await control.Exited.WaitAsync(_options.StartPatience);
        return code == 0 ? answer.ToString() : throw new ServiceException($"rabbitmqctl {string.Join(' ', arguments)} ended with exit code {code}: {answer}");
    }

    /// <summary>Makes a virtual host in which everybody who may use the broker may do everything.</summary>
    /// <param name="virtualHost">Its name.</param>
    public async Task AddVirtualHostAsync(string virtualHost)
    {
        await ControlAsync("add_vhost", virtualHost);
        await ControlAsync("set_permissions", "-p", virtualHost, User, ".*", ".*", ".*");
    }

    /// <summary>Blocks all publishers, as a broker does whose memory is used up, until <see cref="ClearMemoryAlarmAsync"/>.</summary>
    public Task SetMemoryAlarmAsync() => ControlAsync("set_vm_memory_high_watermark", "absolute", "1");

    /// <summary>Ends what <see cref="SetMemoryAlarmAsync"/> has begun.</summary>
    public Task ClearMemoryAlarmAsync() => ControlAsync("set_vm_memory_high_watermark", "absolute", $"{_options.MemoryBytesMax}");

    /// <summary>Blocks all publishers, as a broker does whose disk is full, until <see cref="ClearDiskAlarmAsync"/>.</summary>
    public Task SetDiskAlarmAsync() => ControlAsync("set_disk_free_limit", "1000000GB");

    /// <summary>Ends what <see cref="SetDiskAlarmAsync"/> has begun.</summary>
    public Task ClearDiskAlarmAsync() => ControlAsync("set_disk_free_limit", $"{_options.DiskBytesMin}");

    /// <summary>Closes all connections from the side of the broker.</summary>
    public Task CloseConnectionsAsync() => ControlAsync("close_all_connections", "--global", "closed by rabbitmqctl");

    /// <summary>How many messages each queue of a virtual host has, those with a consumer included.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    public async Task<IReadOnlyDictionary<string, int>> QueuesAsync(string virtualHost)
    {
        // Asked of the queues themselves: what rabbitmqctl list_queues says of quorum queues is up to five seconds old.
        var answer = await ControlAsync("eval", $$"""
            [begin
                 {resource, _, queue, Name} = amqqueue:get_name(Queue),
                 Messages = case amqqueue:get_type(Queue) of
                     rabbit_quorum_queue ->
                         {ok, {_, Total}, _} = ra:leader_query(amqqueue:get_pid(Queue), fun rabbit_fifo:query_messages_total/1),
                         Total;
                     _ ->
                         proplists:get_value(messages, rabbit_amqqueue:info(Queue, [messages]))
                 end,
                 {Name, Messages}
             end || Queue <- rabbit_amqqueue:list(<<"{{virtualHost}}">>)].
            """);
        return QueueLine().Matches(answer).ToDictionary(match => match.Groups["name"].Value, match => int.Parse(match.Groups["messages"].Value));
    }

    /// <summary>Ends the broker with its helper.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_names is not null) await _names.DisposeAsync();
    }

    [GeneratedRegex("""<<"(?<name>[^"]+)">>,\s*(?<messages>[0-9]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QueueLine();

    private string Program(string name) => Path.Combine(_options.Programs, name);

    // The helper that tells Erlang nodes where the others listen. One of our own ends with us.
    private static string Names() => NamesPrograms.FirstOrDefault(File.Exists)
        ?? throw new ServiceException("epmd was not found: expected the package erlang-base, which rabbitmq-server brings. Install it: apt-get install rabbitmq-server");

    /// <summary>The ports of a folder, which keeps them: what is started again is found where it was.</summary>
    private static async Task<int[]> PortsAsync(string folder)
    {
        var file = Path.Combine(folder, "ports");
        if (File.Exists(file)) return [.. (await File.ReadAllTextAsync(file)).Split(' ').Select(int.Parse)];
        var ports = FreePorts.Find(3);
        await File.WriteAllTextAsync(file, string.Join(' ', ports));
        return ports;
    }

    private async Task ConfigureAsync()
    {
        // The log of quorum queues is in memory until it is full; half a gibibyte, which it may have otherwise, is more than it needs.
        await File.WriteAllTextAsync(InFolder("rabbitmq.conf"), $"""
            listeners.tcp.local = 127.0.0.1:{Port}
            default_user = {User}
            default_pass = {_password}
            raft.wal_max_size_bytes = 67108864
            vm_memory_high_watermark.absolute = {_options.MemoryBytesMax}
            disk_free_limit.absolute = {_options.DiskBytesMin}
            log.console = true
            log.console.level = info
            log.console.use_colors = off
            log.file = false

            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(InFolder("rabbitmq.conf"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(InFolder("enabled_plugins"), "[].\n");
    }

    /// <summary>A secret that is made once for a folder, and that only its owner may read.</summary>
    private string SecretOf(string name)
    {
        var file = InFolder(name);
        if (File.Exists(file)) return File.ReadAllText(file);
        var secret = RandomNumberGenerator.GetHexString(32);
        File.WriteAllText(file, secret);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead);
        return secret;
    }

    private string InFolder(string name) => Path.Combine(_options.Folder, name);

    private Dictionary<string, string?> Environment() => new()
    {
        ["HOME"] = _options.Folder,
        ["LANG"] = "C.UTF-8",
        ["RABBITMQ_NODENAME"] = _nodeName,
        ["RABBITMQ_DIST_PORT"] = $"{_distributionPort}",
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_MNESIA_BASE"] = InFolder("data"),
        ["RABBITMQ_LOG_BASE"] = InFolder("log"),
        ["RABBITMQ_CONFIG_FILE"] = InFolder("rabbitmq.conf"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = InFolder("advanced.config"),
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = InFolder("generated"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = InFolder("enabled_plugins"),
        ["RABBITMQ_FEATURE_FLAGS_FILE"] = InFolder("feature_flags"),
        ["RABBITMQ_PID_FILE"] = InFolder("pid"),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = $"{_namesPort}",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
        // The start script becomes the broker, instead of waiting for it: signals reach it, and its exit is seen.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };
}
