using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Tests.Devices;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Fleet.Tests.Rollouts;

public sealed class RolloutStatusTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly RolloutRepository _fleet = new();
    private ReportingDevices _devices = null!;

    public async Task InitializeAsync()
    {
        // The limits that the shipped configuration has: what comes at once beyond them is dropped by the broker.
        _devices = await ReportingDevices.StartAsync(new MosquittoBrokerOptions { ConfigurationLines = ["max_inflight_messages 20", "max_queued_bytes 8388608", "max_queued_messages 200"] });
        await _fleet.InitAsync();
        await _fleet.AddAsync("vision", "1.0.0", 1);
        await _fleet.AddAsync("vision", "2.0.0", 2);
    }

    public async Task DisposeAsync() => await _devices.DisposeAsync();

    public void Dispose() => _fleet.Dispose();

    private static UpdateReport Update(string phase) => new("vision", phase) { Version = "2.0.0" };

    private (int Code, string Output, string Error) Run(ITerminal? terminal, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (FleetCommand.Run([.. args, .. _devices.Options], TimeProvider.System, output, error, terminal), output.ToString(), error.ToString());
    }

    private (int Code, string Output, string Error) Status(params string[] args) => Run(null, ["rollout", "status", "-r", _fleet.Path, .. args]);

    [Fact]
    public async Task Every_device_of_the_group_is_listed_with_its_state_and_the_code_tells_how_far_they_are()
    {
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        await _devices.ReportAsync(ReportingDevices.Report("box-1", active: "2.0.0", update: Update("committed")));
        await _devices.ReportAsync(ReportingDevices.Report("box-2", update: Update("downloading") with { BytesDone = 45, BytesTotal = 100, BytesPerSecond = 1_200_000, RemainingSeconds = 30, Transport = "mqtt" }));
        await _devices.ReportAsync(ReportingDevices.Report("box-3", update: Update("rejected") with { ReasonCode = "golden-mismatch", Reason = "bad" }), online: false);
        await _devices.ReportAsync(ReportingDevices.Report("box-4", group: "west"));
        await _devices.PresenceAsync("box-5");

        var (code, output, error) = Status("east");
        Assert.True(code == ExitCode.UnderWay, error);
        Assert.Contains("1 of 3 done, 1 under way, 1 failed", output, StringComparison.Ordinal);
        Assert.Contains("box-2   downloading  1.0.0  45 %, 1.2 MB/s, by mqtt, 30 s left", output, StringComparison.Ordinal);
        Assert.Contains("box-3   rejected     1.0.0  golden-mismatch: bad, offline", output, StringComparison.Ordinal);
        Assert.DoesNotContain("box-4", output, StringComparison.Ordinal);
        Assert.Contains("box-5 (online, it never reported)", output, StringComparison.Ordinal);

        await _devices.ReportAsync(ReportingDevices.Report("box-2", active: "2.0.0", update: Update("committed")));
        Assert.Equal(ExitCode.Failed, Status("east").Code);
        await _devices.ReportAsync(ReportingDevices.Report("box-3", active: "2.0.0", update: Update("committed")));
        (code, output, _) = Status("--json");
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((ExitCode.Ok, true, 3), (code, report.GetProperty("done").GetBoolean(), report.GetProperty("rollouts")[0].GetProperty("tally").GetProperty("done").GetInt32()));
    }

    [Fact]
    public void A_broker_that_shows_no_device_at_all_is_asked_about_the_rights()
    {
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        var (code, output, _) = Status("east");
        Assert.Equal(ExitCode.UnderWay, code);
        Assert.Contains("may this user read their topics?", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_without_a_terminal_says_each_change_in_a_line_and_ends_when_all_are_done()
    {
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        await _devices.ReportAsync(ReportingDevices.Report("box-1"));
        using var output = new WaitableWriter();
        var watch = Task.Run(() => FleetCommand.Run(["rollout", "status", "east", "--watch", "-r", _fleet.Path, .. _devices.Options], TimeProvider.System, output, TextWriter.Null));
        await output.WaitForAsync("waiting", Limit);
        foreach (var phase in (string[])["downloading", "probing", "trial"])
        {
            await _devices.ReportAsync(ReportingDevices.Report("box-1", update: Update(phase)));
            await output.WaitForAsync($"box-1  vision 2.0.0  {phase}", Limit);
        }
        await _devices.ReportAsync(ReportingDevices.Report("box-1", active: "2.0.0", update: Update("committed")));

        Assert.Equal(ExitCode.Ok, await watch.WaitAsync(Limit));
        Assert.Contains("1 of 1 done", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_takes_a_new_rollout_up_and_gives_up_in_time()
    {
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        await _devices.ReportAsync(ReportingDevices.Report("box-1"));
        using var output = new WaitableWriter();
        var watch = Task.Run(() => FleetCommand.Run(["rollout", "status", "east", "--watch", "-r", _fleet.Path, .. _devices.Options], TimeProvider.System, output, TextWriter.Null));
        await output.WaitForAsync("waiting", Limit);
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0");
        Assert.Equal(ExitCode.Ok, await watch.WaitAsync(Limit));

        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        Assert.Equal(ExitCode.UnderWay, Status("east", "--watch", "--timeout", "1s").Code);
        Assert.Equal(ExitCode.Usage, Status("east", "--timeout", "1s").Code);
    }

    [Fact]
    public async Task On_a_terminal_the_picture_is_drawn_anew_within_the_screen()
    {
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        await Task.WhenAll(Enumerable.Range(0, 30).Select(n => _devices.ReportAsync(ReportingDevices.Report($"box-{n}", update: Update("downloading") with { Reason = new string('x', 300) }))));
        var (_, output, _) = Run(new Screen(60, 20), "rollout", "status", "east", "--watch", "--timeout", "1s", "-r", _fleet.Path);

        var picture = output.Split("\e[", 2)[0].TrimEnd('\n').Split('\n');
        Assert.InRange(picture.Length, 5, 19);
        Assert.All(picture, line => Assert.InRange(line.Length, 0, 59));
        Assert.Contains("  and 18 more", picture);
    }

    [Fact]
    public async Task Setting_and_waiting_is_one_command_and_needs_the_broker_before_it_changes_anything()
    {
        await _devices.ReportAsync(ReportingDevices.Report("box-1", active: "2.0.0", update: Update("committed")));
        var (code, output, error) = Run(null, "rollout", "set", "east", "vision@2.0.0", "--wait", "-r", _fleet.Path);
        Assert.True(code == ExitCode.Ok, error);
        Assert.Contains("Published: rollout v2", output, StringComparison.Ordinal);
        Assert.Contains("1 of 1 done", output, StringComparison.Ordinal);

        _devices.Broker.Kill();
        Assert.Equal(ExitCode.Unavailable, Run(null, "rollout", "set", "east", "vision@1.0.0", "--wait", "-r", _fleet.Path).Code);
        Assert.Equal(2, _fleet.Content.VersionOf("rollout"));
        (code, _, error) = Status("east");
        Assert.Equal(ExitCode.Unavailable, code);
        Assert.Contains($"127.0.0.1:{_devices.Broker.Port}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fleet_that_is_larger_than_the_brokers_queue_is_seen_whole()
    {
        const int Devices = 600;
        for (var n = 0; n < Devices; n += 100)
        {
            await Task.WhenAll(Enumerable.Range(n, 100).Select(m => _devices.ReportAsync(ReportingDevices.Report($"box-{m}"))));
        }
        var (code, output, error) = Run(null, "fleet", "list", "--json");
        Assert.True(code == ExitCode.Ok, error);
        var devices = JsonDocument.Parse(output).RootElement;
        Assert.Equal(Devices, devices.GetArrayLength());
        Assert.All(devices.EnumerateArray(), d => Assert.True(d.TryGetProperty("presence", out _) && d.TryGetProperty("report", out _)));
    }

    [Fact]
    public async Task Devices_are_listed_by_group_and_shown_one_by_one()
    {
        await _devices.ReportAsync(ReportingDevices.Report("box-1", update: Update("rejected") with { ReasonCode = "disk-full" }));
        await _devices.ReportAsync(ReportingDevices.Report("box-2", group: "west"), online: false);
        await _devices.PublishAsync("box-3", "report", "\e[2J"u8.ToArray());

        var (_, all, _) = Run(null, "fleet", "list");
        Assert.Contains("vision 1.0.0 (rejected 2.0.0: disk-full)", all, StringComparison.Ordinal);
        Assert.Contains("box-2   offline, last report", all, StringComparison.Ordinal);
        Assert.Contains("its report cannot be read", all, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', all);
        Assert.DoesNotContain("box-1", Run(null, "fleet", "list", "--group", "west").Output, StringComparison.Ordinal);
        Assert.Contains("pipeline   camera running, 10 windows, 0 dropped", Run(null, "fleet", "show", "box-1").Output, StringComparison.Ordinal);
        var (code, _, error) = Run(null, "fleet", "show", "bxo-1");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("Did you mean box-1", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_nobody_is_in_is_told_from_a_broker_that_says_nothing()
    {
        foreach (var command in (string[][])[["fleet", "list", "--group", "east"], ["fleet", "show", "box-1"]])
        {
            var silent = Run(null, command);
            Assert.Equal((ExitCode.Failed, ""), (silent.Code, silent.Output));
            Assert.Contains("may this user read their topics", silent.Error, StringComparison.Ordinal);
        }
        Assert.Equal((ExitCode.Ok, "[]\n", ""), Run(null, "fleet", "list", "--json"));

        await _devices.ReportAsync(ReportingDevices.Report("box-1"));
        await _devices.ReportAsync(ReportingDevices.Report("box-2", group: "west"));
        await _devices.ReportAsync(ReportingDevices.Report("box-3", group: "west"));
        await _devices.PresenceAsync("box-4");
        var (code, output, error) = Run(null, "fleet", "list", "--group", "esat");
        Assert.Equal((ExitCode.Failed, ""), (code, output));
        Assert.Equal("No device reports to be in group esat. Did you mean east? Groups seen: east (1 device), west (2 devices); of no known group: 1 device.\n", error);
        var failure = JsonDocument.Parse(Run(null, "fleet", "list", "--group", "esat", "--json").Output).RootElement;
        Assert.Equal(("NotFound", error.TrimEnd()), (failure.GetProperty("reason").GetString(), failure.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task A_model_that_no_rollout_names_is_no_model_that_is_done()
    {
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        var report = ReportingDevices.Report("box-1", active: "2.0.0", update: Update("committed"));
        await _devices.ReportAsync(report with { Models = [.. report.Models, new ModelReport("sound", "active", "1.0.0")] });

        var (code, output, error) = Status("--model", "visoin");
        Assert.Equal((ExitCode.Failed, ""), (code, output));
        Assert.Equal("No rollout to east and no device names a model visoin. Did you mean vision? Rolled out to east: vision; on devices besides: sound.\n", error);
        var failure = JsonDocument.Parse(Status("--model", "visoin", "--watch", "--json").Output).RootElement;
        Assert.Equal(("NotFound", error.TrimEnd()), (failure.GetProperty("reason").GetString(), failure.GetProperty("error").GetString()));
        (code, _, error) = Status("--model", "sound");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("No rollout to east names the model sound; devices have it: box-1", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, Status("--model", "vision").Code);
    }

    [Fact]
    public async Task A_first_rollout_to_a_group_that_devices_report_is_no_typo_and_another_one_may_be()
    {
        await _devices.ReportAsync(ReportingDevices.Report("box-1"));
        var (code, output, _) = Run(null, "rollout", "set", "east", "vision@1.0.0", "-r", _fleet.Path);
        Assert.Equal(ExitCode.Ok, code);
        Assert.DoesNotContain("Warning", output, StringComparison.Ordinal);

        (code, output, _) = Run(null, "rollout", "set", "esat", "vision@1.0.0", "-r", _fleet.Path);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("Warning: the group esat is new: no rollout was set to it before, and no device reports to be in it (yet). Is the name right? Did you mean east? Known groups: east.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_with_a_group_that_no_rollout_reaches_is_named_where_all_are_shown()
    {
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        await _devices.ReportAsync(ReportingDevices.Report("box-1", active: "2.0.0", update: Update("committed")));
        await _devices.ReportAsync(ReportingDevices.Report("box-2", group: "esat"));
        await _devices.ReportAsync(ReportingDevices.Report("box-3", group: "attic"), online: false);
        await _devices.ReportAsync(ReportingDevices.Report("box-4", group: null));
        var (code, output, _) = Status();
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("in groups to which nothing is rolled out: box-2 (online, esat. Did you mean east?); box-3 (offline, attic)\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("box-2", Status("east").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_devices_cannot_get_stands_beside_those_that_wait_for_it()
    {
        await _devices.ReportAsync(ReportingDevices.Report("box-1"));
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        _fleet.Ok("model", "remove", "vision", "2.0.0", "--force");
        await _fleet.PublishAsync();
        var (code, output, _) = Status("east");
        Assert.Equal(ExitCode.UnderWay, code);
        Assert.Contains("  ! the rollout of east wants vision 2.0.0, and vision 2.0.0 is not published", output, StringComparison.Ordinal);
        Assert.Contains("vision 2.0.0 is not published", JsonDocument.Parse(Status("east", "--json").Output).RootElement.GetProperty("rollouts")[0].GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_whose_clock_nobody_has_set_has_a_last_report_too()
    {
        var report = ReportingDevices.Report("box-1") with { Capabilities = new CapabilitiesReport("arm64", "Debian", 4, 1 << 30, []) };
        await _devices.ReportAsync(report with { Clock = report.Clock with { Synchronized = false } }, online: false);
        const string last = "2026-01-02 03:04:05Z by its own clock, which nobody has set";
        Assert.Contains($"box-1   offline, last report {last}", Run(null, "fleet", "list").Output, StringComparison.Ordinal);
        var shown = Run(null, "fleet", "show", "box-1").Output;
        Assert.Contains($"reported   {last}\n", shown, StringComparison.Ordinal);
        Assert.Contains("ONNX Runtime not loaded (yet): no model runs\n", shown, StringComparison.Ordinal);
    }

    private sealed class Screen(int columns, int rows) : ITerminal
    {
        public bool IsInteractive => false;

        (int Columns, int Rows)? ITerminal.Screen => (columns, rows);

        public string Ask(string question) => throw new NotSupportedException();

        public string AskSecret(string question) => throw new NotSupportedException();
    }
}
