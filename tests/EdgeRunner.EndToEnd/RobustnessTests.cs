using System.Diagnostics;

namespace EdgeRunner.EndToEnd;

/// <summary>Does the damage: kills the daemon, and takes the broker away, restarts it or stalls it. What was accepted must arrive.</summary>
public sealed class RobustnessTests
{
    [Fact]
    public async Task Killed_at_random_moments_the_daemon_delivers_every_accepted_record()
    {
        using var broker = MosquittoBroker.Start();
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(1000, loop: true));
        var configuration = device.Write();

        var random = new Random(20261121);
        for (var round = 0; round < 12; round++)
        {
            await using var daemon = Daemon.Start(configuration);
            await Task.Delay(random.Next(20, 900));
            daemon.Kill();
            await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5));
        }

        await FinishAsync(configuration, subscriber);
        Assert.True(subscriber.Records("shuttle").Count > 500, $"only {subscriber.Records("shuttle").Count} records in all rounds: the test did not test");
        Assert.Single(subscriber.SequencesByEpoch());
    }

    [Fact]
    public async Task Broker_absent_at_start_delays_records_and_loses_none()
    {
        using var broker = MosquittoBroker.Start(new() { Persistence = true });
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        broker.Stop();
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(500, loop: true));

        await using var daemon = Daemon.Start(device.Write());
        var status = await daemon.WaitUntilAsync("records wait in the outbox", s => s.GetProperty("telemetry").GetProperty("pendingRecords").GetInt64() > 200);
        Assert.False(status.GetProperty("broker").GetProperty("connected").GetBoolean());
        broker.Restart();
        await subscriber.WaitUntilAsync("the backlog", s => s.Records("shuttle").Count > 200, TimeSpan.FromSeconds(90));
        daemon.Terminate();
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5)));
        await FinishAsync(device.ConfigurationFile, subscriber);
    }

    [Fact]
    public async Task Broker_that_restarts_again_and_again_gets_every_accepted_record()
    {
        using var broker = MosquittoBroker.Start(new() { Persistence = true });
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(500, loop: true));

        await using var daemon = Daemon.Start(device.Write());
        for (var round = 0; round < 3; round++)
        {
            await daemon.WaitUntilAsync("connected", s => s.GetProperty("broker").GetProperty("connected").GetBoolean(), TimeSpan.FromSeconds(60));
            broker.Stop();
            await Task.Delay(300);
            broker.Restart();
        }

        await daemon.WaitUntilAsync("connected again", s => s.GetProperty("broker").GetProperty("connected").GetBoolean(), TimeSpan.FromSeconds(90));
        daemon.Terminate();
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5)));
        await FinishAsync(device.ConfigurationFile, subscriber);
    }

    [Fact]
    public async Task Broker_that_stalls_without_closing_the_connection_stops_nothing_and_loses_nothing()
    {
        using var broker = MosquittoBroker.Start();
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.Configuration["broker"]!["publishTimeoutSeconds"] = 2;
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(500, loop: true));

        await using var daemon = Daemon.Start(device.Write());
        await subscriber.WaitUntilAsync("first records", s => s.Records("shuttle").Count > 100);
        broker.Pause();
        var before = (await daemon.StatusAsync())!.Value.GetProperty("pipelines")[0].GetProperty("windows").GetInt64();
        await Task.Delay(4000);
        var during = (await daemon.StatusAsync())!.Value.GetProperty("pipelines")[0].GetProperty("windows").GetInt64();
        Assert.True(during - before > 1000, $"the pipeline went from {before} to {during} windows in 4 s while the broker stalled");
        broker.Resume();
        await daemon.WaitUntilAsync("backlog gone", s => s.GetProperty("broker").GetProperty("connected").GetBoolean() && s.GetProperty("telemetry").GetProperty("pendingRecords").GetInt64() < 300, TimeSpan.FromSeconds(90));
        daemon.Terminate();
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5)));
        await FinishAsync(device.ConfigurationFile, subscriber);
    }

    [Fact]
    public async Task SIGTERM_ends_the_daemon_within_a_second_and_what_it_had_taken_is_in_the_outbox()
    {
        using var broker = MosquittoBroker.Start();
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.Configuration["telemetry"]!["commitIntervalMs"] = 5000; // So that only the stop itself commits.
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(500, loop: true));

        await using var daemon = Daemon.Start(device.Write());
        var status = await daemon.WaitUntilAsync("windows", s => s.GetProperty("pipelines")[0].GetProperty("windows").GetInt64() > 200);
        var windows = status.GetProperty("pipelines")[0].GetProperty("windows").GetInt64();
        var clock = Stopwatch.StartNew();
        daemon.Terminate();
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1.5), $"took {clock.Elapsed}"); // 1 s, and half a second for a busy test machine.

        await FinishAsync(device.ConfigurationFile, subscriber);
        Assert.True(subscriber.Records("shuttle").Count(record => record.GetProperty("kind").GetString() == "window") >= windows);
    }

    [Fact]
    public async Task Second_daemon_on_the_same_stores_is_refused_and_the_first_goes_on()
    {
        using var broker = MosquittoBroker.Start();
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        await using var first = Daemon.Start(device.Write());
        await first.WaitUntilAsync("running", s => s.GetProperty("pipelines")[0].GetProperty("windows").GetInt64() > 0);

        await using var second = Daemon.Start(device.ConfigurationFile);
        Assert.Equal(1, await second.WaitForExitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains($"another edgerunner (process {first.ProcessId}) is using", second.Log, StringComparison.Ordinal);
        Assert.NotNull(await first.StatusAsync());
    }

    [Fact]
    public async Task Password_file_that_cannot_be_read_costs_the_broker_and_nothing_else()
    {
        using var broker = MosquittoBroker.Start();
        using var device = new DeviceFolder(broker.Port);
        device.Configuration["broker"]!["username"] = "device-1";
        device.Configuration["broker"]!["passwordFile"] = device.File("no-such-password");
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));

        await using var daemon = Daemon.Start(device.Write());
        var status = await daemon.WaitUntilAsync("decides without a broker", s => s.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 10);
        Assert.Contains($"broker.passwordFile {device.File("no-such-password")} cannot be read", status.GetProperty("broker").GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_directory_that_cannot_be_used_is_named_with_its_key()
    {
        using var device = new DeviceFolder(brokerPort: 1);
        await File.WriteAllTextAsync(device.File("file"), "not a directory");
        device.Configuration["storage"]!["stateDirectory"] = device.File("file/state");
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));

        await using var daemon = Daemon.Start(device.Write());
        Assert.Equal(1, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains($"storage.stateDirectory {device.File("file/state")} cannot be used", daemon.Log, StringComparison.Ordinal);
    }

    /// <summary>Runs the daemon once more, without pipelines, until the outbox is empty; then everything accepted must have come.</summary>
    internal static async Task FinishAsync(string configuration, Subscriber subscriber)
    {
        var text = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(configuration))!;
        text["pipelines"] = new System.Text.Json.Nodes.JsonObject { ["last"] = DeviceFolder.Shuttle(0, loop: false, pace: "as-fast-as-possible") };
        var drain = configuration + ".drain.json";
        await File.WriteAllTextAsync(drain, text.ToJsonString());
        await using var daemon = Daemon.Start(drain, arguments: "--until-done");
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(90)));
        // The store itself has the last word on how many it accepted; the receiver may still lag behind a burst.
        var store = Path.Combine(text["storage"]!["stateDirectory"]!.GetValue<string>(), "telemetry", "outbox.db");
        var next = await ProgramRun.StartAsync("sqlite3", store, "SELECT next_seq FROM meta");
        var last = long.Parse(next.Output.Trim(), System.Globalization.CultureInfo.InvariantCulture) - 1;
        await subscriber.WaitUntilAsync($"record {last}", s => s.SequencesByEpoch().Values.Any(seen => seen.Count >= last), TimeSpan.FromSeconds(20));
        MainJobTests.AssertComplete(subscriber);
        Assert.Equal(last, subscriber.SequencesByEpoch().Values.Single().Max);
    }
}
