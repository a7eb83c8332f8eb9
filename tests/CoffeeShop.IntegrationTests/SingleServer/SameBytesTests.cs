using System.Text;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>What a client gets back is what <c>coffee run</c> answers over the same folder, byte for byte.</summary>
[Trait("suite", "sessions")]
public sealed class SameBytesTests(Datasets datasets) : IClassFixture<Datasets>, IAsyncLifetime
{
    private readonly TemporaryFolder _state = new();
    private Server _server = null!;

    public async ValueTask InitializeAsync() => _server = await Server.Start(_state.Path);

    [Fact]
    public Task Edge_cases_come_back_as_run_answers_them() => SendAndCheck(datasets.EdgeCases);

    [Fact]
    public async Task Three_clients_one_after_the_other_get_the_same_bytes_without_a_restart()
    {
        for (var i = 0; i < 3; i++) await SendAndCheck(datasets.EdgeCases);
    }

    [Fact]
    public async Task Ten_clients_at_once_with_folders_of_their_own_get_their_own_answers_twice()
    {
        var root = new TemporaryFolder();
        using (root)
        {
            var folders = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
                await datasets.Make($"folder-{i}-{Guid.NewGuid():N}", "--months", "2024-06..2024-07", "--transactions-per-month", $"{2000 + (i * 500)}", "--seed", $"{i}", "--edge-cases")));
            for (var i = 0; i < folders.Length; i++) root.Link($"dataset{i}", folders[i].Path);
            for (var round = 0; round < 2; round++)
            {
                await Task.WhenAll(folders.Select(async (dataset, i) =>
                {
                    using var client = new Client(_server, System.IO.Path.GetDirectoryName(dataset.Path)!, $"agencia-{i}");
                    (await client.Send("--data-folder", System.IO.Path.GetFileName(dataset.Path))).Is(0);
                    client.Received(dataset);
                }));
            }
        }
    }

    [Fact]
    public async Task A_dataset_without_rows_is_answered_without_rows()
    {
        using var folder = new TemporaryFolder();
        foreach (var table in (string[])["menu_items", "stores", "users", "transactions", "transaction_items"]) folder.Write($"{table}.csv");
        await SendAndCheck(await datasets.Answer($"empty-{Guid.NewGuid():N}", folder.Path));
    }

    [Fact]
    public async Task A_missing_table_is_taken_as_empty_when_that_is_allowed()
    {
        using var folder = new TemporaryFolder();
        foreach (var table in (string[])["menu_items", "stores", "transactions", "transaction_items"]) folder.Link(table, System.IO.Path.Combine(datasets.EdgeCases.Path, table));
        await SendAndCheck(await datasets.Answer($"missing-{Guid.NewGuid():N}", folder.Path, "--allow-missing"), "--allow-missing");
    }

    [Fact]
    public async Task A_single_huge_table_is_answered_like_any_other()
    {
        using var folder = new TemporaryFolder();
        var row = string.Concat(Enumerable.Range(1, 2000).Select(i => $"{(i % 8) + 1},{(i % 3) + 1},{i % 90}.5,2024-{(i % 12) + 1:00}-02 10:00:00\n"));
        folder.Write("transaction_items.csv", "item_id,quantity,subtotal,created_at\n" + string.Concat(Enumerable.Repeat(row, 300)));
        await SendAndCheck(await datasets.Answer($"huge-{Guid.NewGuid():N}", folder.Path, "--allow-missing"), "--allow-missing");
    }

    [Fact]
    public async Task The_memory_of_the_server_returns_to_its_base_between_sessions()
    {
        // The first sessions make what is kept; ten times as many must not keep ten times as much.
        for (var i = 0; i < 3; i++) await SendAndCheck(datasets.Ordinary);
        var before = _server.MemoryBytes;
        for (var i = 0; i < 27; i++) await SendAndCheck(datasets.Ordinary);
        Assert.InRange(_server.MemoryBytes, 0, 2 * before);
    }

    [Fact]
    public async Task The_options_of_the_queries_travel_with_the_session()
    {
        string[] options = ["--years", "2023", "--hours", "10:00:00-12:00:00", "--min-amount", "20.5", "--top", "5"];
        await SendAndCheck(await datasets.Answer($"options-{Guid.NewGuid():N}", datasets.EdgeCases.Path, options), options);
    }

    [Fact]
    public async Task A_version_1_client_finds_its_result_on_the_server()
    {
        foreach (var dataset in (Dataset[])[datasets.EdgeCases, datasets.Ordinary])
        {
            using var client = new Client(_server, dataset.Path);
            (await client.Send("--protocol", "1")).Is(0);
            var results = await Coffee.Run("results", "latest", "--http", _server.Http);
            results.Is(0);
            Assert.Equal(Encoding.UTF8.GetString(dataset.Answer), results.Output);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _state.Dispose();
    }

    private async Task SendAndCheck(Dataset dataset, params string[] options)
    {
        using var client = new Client(_server, dataset.Path);
        (await client.Send(options)).Is(0);
        client.Received(dataset);
    }
}
