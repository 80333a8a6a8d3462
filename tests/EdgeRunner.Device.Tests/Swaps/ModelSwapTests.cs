using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Tests.Pipelines;

namespace EdgeRunner.Device.Tests.Swaps;

/// <summary>Models are exchanged under pipelines that run at 1 kHz and must not lose a window.</summary>
public sealed class ModelSwapTests : IDisposable
{
    /// <summary>Windows for a minute at 1 kHz, more than any test waits for.</summary>
    private const int Plenty = 60_000;

    private readonly SwapRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Every_window_is_decided_once_by_the_version_its_record_names_whatever_is_swapped_meanwhile()
    {
        // Odd versions answer x, even ones 1 / x: a record that names the wrong version has the wrong score.
        _rig.Install([.. Enumerable.Range(1, 8).Select(minor => TinyModels.Pack(_rig.Rig, minor % 2 == 1 ? "identity_float32" : "reciprocal", $"1.{minor}.0"))]);
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Range(1, Plenty).Select(x => (float)x), 1_000)));

        // All in flight at once; they are made one after the other, in this order.
        var reports = await Task.WhenAll(Enumerable.Range(2, 7).Select(minor => _rig.ActivateAsync($"1.{minor}.0")));

        Assert.All(reports, report => Assert.True(report.Activated, report.Reason));
        var windows = await StopAfterMoreAsync();
        Assert.Equal(Enumerable.Range(1, windows.Count), windows.Select(record => record.GetProperty("window").GetInt32()));
        Assert.Equal(Enumerable.Range(1, windows.Count), windows.Select(record => record.GetProperty("endFrame").GetInt32()));
        var minors = windows.Select(record => int.Parse(record.GetProperty("version").GetString()!.Split('.')[1])).ToList();
        Assert.Equal(minors.Order(), minors);
        Assert.Equal(8, minors[^1]);
        for (var x = 1; x <= windows.Count; x++)
        {
            Assert.Equal(minors[x - 1] % 2 == 1 ? x : 1f / x, windows[x - 1].GetProperty("score").GetSingle(), 1e-6f);
        }

        var status = Assert.Single(_rig.Host.GetStatus());
        Assert.Equal(("tiny 1.8.0", "tiny 1.7.0", SwapOutcome.Swapped), (status.Model, status.Previous, status.LastSwap!.Outcome));
        Assert.Equal((windows.Count, windows.Count, 0), (status.Windows, status.Decisions, status.Gaps));
        Assert.Equal(7, _rig.Rig.Records("event").Count(record => record.GetProperty("kind").GetString() is "swap" && record.GetProperty("outcome").GetString() is "swapped"));
        Assert.Contains("swapped beside the old model tiny 1.7.0 -> tiny 1.8.0", File.ReadAllText(_rig.Rig.StatusLog.FilePath), StringComparison.Ordinal);
        Assert.Equal("1.8.0", _rig.ActiveFile());
    }

    [Theory]
    [InlineData("wide", "the model's input x takes 4")]
    [InlineData("golden", "golden case two failed")]
    [InlineData("damaged", "1.1.0.ermodel")]
    [InlineData("output", "decision.output is \"y\", but the model has no such output; expected one of z")]
    public async Task Version_that_is_no_good_is_refused_in_words_and_the_old_one_goes_on(string what, string expected)
    {
        var bad = what switch
        {
            "wide" => TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0", elements: 4),
            "golden" => TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0", golden: 3),
            "output" => TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0", output: "z"),
            _ => TinyModels.Pack(_rig.Rig, "reciprocal", "1.1.0"),
        };
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), bad);
        if (what is "damaged") Damage(_rig.Rig.Store.FindBundle("tiny", "1.1.0")!);
        var options = TinyModels.Pipeline(_rig.Rig, Enumerable.Range(1, 60_000).Select(x => (float)x), 1_000, pipeline => pipeline.Decision!.Output = "y");
        await _rig.StartAsync(("p", options));

        var report = await _rig.ActivateAsync("1.1.0");

        await AssertRefusedAsync(report, expected);
    }

    [Fact]
    public async Task Version_that_never_answers_is_cut_off_and_refused()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "loop", "1.1.0", golden: 3, goldenInput: 1e12f));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, 60_000), 100, pipeline => pipeline.Guard.RunTimeoutMs = 400)));

        await AssertRefusedAsync(await _rig.ActivateAsync("1.1.0"), "its golden cases and warm-up did not end within 5 s");
    }

    [Fact]
    public async Task Version_that_hangs_only_after_its_warm_up_is_cut_off_and_refused_too()
    {
        // Counts its runs; from the ninth on the loop has no end.
        var late = TinyModels.Pack(_rig.Rig, "loop", "1.1.0", more: """ "states": [{ "name": "runs", "type": "float32", "shape": [1], "next": "now" }], """, graph: """
            { "step": "scale", "name": "count", "input": "runs", "offset": [1], "output": "now" },
            { "step": "scale", "name": "far", "input": "now", "factor": [1e12], "offset": [-8.5e12], "output": "trips" },
            { "step": "clip", "name": "least", "input": "trips", "minimum": 1, "output": "bounded" },
            { "step": "onnx", "name": "loop", "file": "model.onnx", "inputs": { "x": "bounded" }, "outputs": { "y": "done" } },
            { "step": "average", "name": "both", "inputs": ["x", "done"], "output": "y" }
            """);
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), late);
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, Plenty), 100, pipeline => pipeline.Guard.RunTimeoutMs = 400)));

        await AssertRefusedAsync(await _rig.ActivateAsync("1.1.0"), "its golden cases and warm-up did not end within 5 s");
    }

    [Fact]
    public async Task Pipeline_that_begins_anew_with_the_old_version_while_the_new_one_becomes_active_gets_it_after_all()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0"));
        using var host = _rig.Rig.Host(untilDone: false, ("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, Plenty), 1_000)));
        await host.StartAsync(default);
        var worker = host.Workers[0];
        PipelineRig.Wait(() => worker.Counters.Windows > 0);
        var first = worker.Loop!;
        var preparation = new SwapPreparation(_rig.Rig.Engine, _rig.Rig.Watchdog, new InferenceOptions(), () => 1L << 40, TimeProvider.System);
        var change = new ModelChange(preparation, _rig.Rig.Store.FindBundle("tiny", "1.1.0")!, measuredBytes: null, TimeProvider.System) { Begins = () => { } };

        var refusal = change.Run([worker], "tiny", () =>
        {
            first.Parts.Slot.Fail(new InvalidOperationException("its source has gone"));
            PipelineRig.Wait(() => worker.Loop is { } again && again != first);
            var before = worker.Counters.Windows;
            PipelineRig.Wait(() => worker.Counters.Windows > before);
            _rig.Rig.Store.Activate("tiny", "1.1.0");
        });

        Assert.Null(refusal);
        var swap = Assert.Single(change.Results);
        Assert.Equal((SwapOutcome.Swapped, "tiny 1.0.0", "tiny 1.1.0"), (swap.Outcome, swap.From, swap.To));
        Assert.Equal("tiny 1.1.0", host.GetStatus()[0].Model);
        await host.StopAsync(default);
        PipelineRig.Wait(() => host.AllDone);
    }

    [Fact]
    public async Task Version_that_is_not_installed_is_refused_with_those_that_are()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, [1, 2, 3], 100)));

        Assert.Equal("tiny has no version 2.0.0; installed: 1.0.0", (await _rig.ActivateAsync("2.0.0")).Reason);
        Assert.Equal("tiny has no version ../1.0.0; installed: 1.0.0", (await _rig.ActivateAsync("../1.0.0")).Reason);
        Assert.False((await _rig.Activator.ActivateAsync("nobody", "1.0.0", null, default)).IsInstalled);
    }

    [Fact]
    public async Task Pipelines_of_a_model_change_together_or_not_at_all()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0", output: "z"));
        var values = Enumerable.Repeat(1f, 60_000).ToList();
        await _rig.StartAsync(
            ("any", TinyModels.Pipeline(_rig.Rig, values, 1_000)), ("strict", TinyModels.Pipeline(_rig.Rig, values, 1_000, pipeline => pipeline.Decision!.Output = "y")));

        var report = await _rig.ActivateAsync("1.1.0");

        Assert.False(report.Activated);
        Assert.Equal([("any", SwapOutcome.Unchanged), ("strict", SwapOutcome.Refused)], report.Pipelines.Select(swap => (swap.Pipeline, swap.Outcome)));
        Assert.All(_rig.Host.GetStatus(), status => Assert.Equal("tiny 1.0.0", status.Model));
        Assert.Equal("1.0.0", _rig.ActiveFile());
    }

    [Fact]
    public async Task Too_little_memory_refuses_and_says_what_would_help()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "reciprocal", "1.1.0", """{ "memoryBytes": 104857600 }"""));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, 60_000), 1_000)));
        _rig.AvailableBytes = 131 << 20; // One MiB less than 100 + the reserve of 32.

        Assert.Contains(
            "it needs 100 MiB (declared in limits.memoryBytes), 131 MiB are available, 32 MiB of them are reserved; free memory, lower inference.swapReserveBytes, or set model.allowDropFirst",
            (await _rig.ActivateAsync("1.1.0")).Reason, StringComparison.Ordinal);

        _rig.AvailableBytes = 132 << 20;
        var report = await _rig.ActivateAsync("1.1.0");
        Assert.True(report.Activated, report.Reason);
        Assert.Equal(SwapMode.Beside, Assert.Single(report.Pipelines).Mode);
    }

    [Fact]
    public async Task Measured_peak_counts_more_than_what_the_manifest_declares()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "reciprocal", "1.1.0", """{ "memoryBytes": 1000 }"""));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, 60_000), 1_000)));
        _rig.AvailableBytes = 64 << 20;

        await AssertRefusedAsync(await _rig.Activator.ActivateAsync("tiny", "1.1.0", 200 << 20, default), "200 MiB (measured by a probe)");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // The old one would have to go first, and its source is silent.
    public async Task Swap_that_cannot_begin_now_loads_nothing_and_says_so_before_it_would(bool isSilent)
    {
        _rig.Install(
            TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0", """{ "memoryBytes": 104857600 }"""),
            TinyModels.Pack(_rig.Rig, "reciprocal", "1.1.0", """{ "memoryBytes": 104857600 }"""));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, 60_000), 1_000, pipeline =>
        {
            pipeline.Model!.AllowDropFirst = isSilent;
            if (isSilent) pipeline.Source = new Device.Sensors.ExecSourceOptions { Command = ["/bin/sh", "-c", "echo 1; sleep 1000"], Format = Device.Sensors.SampleFormat.Csv, Header = Device.Sensors.CsvHeader.No, Channels = 1, SilenceTimeoutMs = 0 };
        })));
        _rig.AvailableBytes = 60 << 20;
        var begun = 0;

        var report = await _rig.Activator.ActivateAsync("tiny", "1.1.0", null, () => begun++, default);

        Assert.Equal((false, true, 0), (report.Activated, report.MayPass, begun));
        _rig.AvailableBytes = 1L << 40;
        Assert.True((await _rig.Activator.ActivateAsync("tiny", "1.1.0", null, () => begun++, default)).Activated);
        Assert.Equal(1, begun);
    }

    [Fact]
    public async Task Swap_whose_begin_cannot_be_written_down_is_refused_before_anything_is_loaded()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "reciprocal", "1.1.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, 60_000), 1_000)));

        var report = await _rig.Activator.ActivateAsync("tiny", "1.1.0", null, () => throw new IOException("the disk is full"), default);

        Assert.Equal((false, true, "1.0.0"), (report.Activated, report.MayPass, _rig.ActiveFile()));
        Assert.Equal("tiny 1.0.0", _rig.Host.GetStatus()[0].Model);
    }

    [Fact]
    public async Task Old_model_goes_first_when_allowed_and_the_windows_that_come_meanwhile_wait()
    {
        _rig.Install(
            TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0", """{ "memoryBytes": 104857600 }"""),
            TinyModels.Pack(_rig.Rig, "reciprocal", "1.1.0", """{ "memoryBytes": 104857600 }"""));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Range(1, Plenty).Select(x => (float)x), 1_000, pipeline => pipeline.Model!.AllowDropFirst = true)));
        // The kernel sees the memory of the old one only once it has gone.
        var looks = 0;
        _rig.ReadAvailable = () => looks++ == 0 ? 60 << 20 : 160 << 20;

        var report = await _rig.ActivateAsync("1.1.0");

        Assert.True(report.Activated, report.Reason);
        var swap = Assert.Single(report.Pipelines);
        Assert.Equal((SwapOutcome.Swapped, SwapMode.DropFirst), (swap.Outcome, swap.Mode));
        Assert.NotNull(swap.WaitedWindows);
        var windows = await StopAfterMoreAsync();
        Assert.Equal(Enumerable.Range(1, windows.Count), windows.Select(record => record.GetProperty("window").GetInt32()));
        Assert.Equal(["1.0.0", "1.1.0"], windows.Select(record => record.GetProperty("version").GetString()).Distinct());
        Assert.Equal("tiny 1.1.0", _rig.Host.GetStatus()[0].Model);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Old_model_that_went_first_for_nothing_is_loaded_again(bool isGoldenWrong)
    {
        _rig.Install(
            TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0", """{ "memoryBytes": 104857600 }"""),
            TinyModels.Pack(_rig.Rig, "reciprocal", "1.1.0", """{ "memoryBytes": 104857600 }""", golden: isGoldenWrong ? 7 : 0.5f));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Range(1, 60_000).Select(x => (float)x), 1_000, pipeline => pipeline.Model!.AllowDropFirst = true)));
        var looks = 0;
        _rig.ReadAvailable = () => looks++ == 0 || !isGoldenWrong ? 60 << 20 : 160 << 20; // False: somebody else has taken what the old one gave back.

        await AssertRefusedAsync(await _rig.ActivateAsync("1.1.0"), isGoldenWrong ? "golden case two failed" : "too little memory even after the old one has gone");
    }

    [Fact]
    public async Task Hold_of_the_decision_and_the_open_segment_go_on_through_a_swap()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, Plenty), 1_000, pipeline => pipeline.Decision = new ThresholdDecisionOptions { Threshold = 0.5, Label = "on" })));

        Assert.True((await _rig.ActivateAsync("1.1.0")).Activated);

        await StopAfterMoreAsync();
        Assert.Equal(1, _rig.Host.GetStatus()[0].Changes);
        // One beginning by the first version, one end by the second: the swap made no edge.
        Assert.Equal(["1.0.0", "1.1.0"], _rig.Rig.Records("event").Where(record => record.GetProperty("kind").GetString() is "decision").Select(record => record.GetProperty("version").GetString()));
    }

    [Fact]
    public async Task Silent_source_takes_the_new_model_with_its_next_window()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, 100), 0.25)));

        // A window every 4 s: on a busy machine a load may end so late that the next one is already there; then the other way round.
        ActivationReport report;
        var attempt = 0;
        do
        {
            report = await _rig.ActivateAsync(attempt++ % 2 == 0 ? "1.1.0" : "1.0.0");
            Assert.True(report.Activated, report.Reason);
        }
        while (Assert.Single(report.Pipelines).Outcome != SwapOutcome.Pending && attempt < 20);

        Assert.Equal(SwapOutcome.Pending, Assert.Single(report.Pipelines).Outcome);
        PipelineRig.Wait(() => _rig.Worker.LastSwap is { Outcome: SwapOutcome.Swapped });
        Assert.Equal($"tiny {report.Version}", _rig.Host.GetStatus()[0].Model);
    }

    [Fact]
    public async Task Pipeline_that_has_ended_takes_the_version_at_its_next_start()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, [1, 2, 3], 1_000)));
        PipelineRig.Wait(() => _rig.Host.AllDone);

        var report = await _rig.ActivateAsync("1.1.0");

        Assert.True(report.Activated);
        Assert.Equal(SwapOutcome.NextStart, Assert.Single(report.Pipelines).Outcome);
        Assert.Equal("1.1.0", _rig.ActiveFile());
    }

    [Fact]
    public async Task Pipeline_that_waits_for_its_next_attempt_begins_with_the_version_that_has_become_active()
    {
        await _rig.StartUnattendedAsync(untilDone: false, ("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, Plenty), 1_000)));
        PipelineRig.Wait(() => _rig.Worker.Fault is not null); // Nothing is installed.
        _rig.Rig.Store.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), activate: false);

        var report = await _rig.ActivateAsync("1.0.0");

        Assert.True(report.Activated, report.Reason);
        // Without being woken it would have taken the version at an attempt of its own, and the last swap would say so for ever.
        PipelineRig.Wait(() => _rig.Worker.LastSwap is { Outcome: SwapOutcome.Started });
        PipelineRig.Wait(() => _rig.Host.GetStatus()[0].State == Device.Health.ComponentState.Running);
        Assert.Equal(("tiny 1.0.0", (string?)null), (_rig.Worker.LastSwap!.To, _rig.Worker.LastSwap.From));
        Assert.Contains("begun: nothing -> tiny 1.0.0: the pipeline did not run before", File.ReadAllText(_rig.Rig.StatusLog.FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipeline_that_cannot_begin_with_the_active_version_is_told_of_with_its_reason()
    {
        await _rig.StartUnattendedAsync(untilDone: false, ("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, Plenty), 1_000)));
        PipelineRig.Wait(() => _rig.Worker.Fault is not null);
        _rig.Rig.Store.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0", elements: 4), activate: false);

        Assert.True((await _rig.ActivateAsync("1.0.0")).Activated);

        PipelineRig.Wait(() => _rig.Worker.LastSwap is { Outcome: SwapOutcome.NextStart, Reason: var words } && words.Contains("could not begin with it and tries again", StringComparison.Ordinal));
        Assert.Contains("the model's input x takes 4", _rig.Worker.LastSwap!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_after_one_that_was_damaged_ends_the_trouble_of_its_model()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(1f, Plenty), 1_000)));
        _rig.Rig.Store.SetAside("tiny", "1.0.0");
        _rig.Rig.States.Set("model tiny", ComponentState.Degraded, "1.0.0 is damaged");

        Assert.True((await _rig.ActivateAsync("1.1.0")).Activated);

        Assert.Equal(["1.0.0"], _rig.Rig.Store.SetAside("tiny"));
        Assert.Equal(ComponentState.Running, _rig.Rig.States.Find("model tiny")!.State);
    }

    /// <summary>Lets the pipeline decide on some more windows and stops it: how long the swaps take is the machine's affair.</summary>
    private async Task<IReadOnlyList<JsonElement>> StopAfterMoreAsync()
    {
        var before = _rig.Worker.Counters.Decisions;
        PipelineRig.Wait(() => _rig.Worker.Counters.Decisions > before + 50);
        await _rig.Host.StopAsync(default);
        PipelineRig.Wait(() => _rig.Host.AllDone);
        return _rig.Rig.Records("p");
    }

    private async Task AssertRefusedAsync(ActivationReport report, string expected)
    {
        Assert.False(report.Activated);
        Assert.Contains(expected, report.Reason, StringComparison.Ordinal);
        var swap = Assert.Single(report.Pipelines);
        Assert.Equal(SwapOutcome.Refused, swap.Outcome);
        Assert.Equal("1.0.0", _rig.ActiveFile());
        var status = _rig.Host.GetStatus()[0];
        Assert.Equal(("tiny 1.0.0", SwapOutcome.Refused), (status.Model, status.LastSwap!.Outcome));
        var before = _rig.Worker.Counters.Decisions;
        PipelineRig.Wait(() => _rig.Worker.Counters.Decisions > before + 50);
        await _rig.Host.StopAsync(default);
        PipelineRig.Wait(() => _rig.Host.AllDone);
        var windows = _rig.Rig.Records("p");
        Assert.Equal(Enumerable.Range(1, windows.Count), windows.Select(record => record.GetProperty("window").GetInt32()));
        Assert.All(windows, record => Assert.Equal("1.0.0", record.GetProperty("version").GetString()));
        Assert.Contains(_rig.Rig.Records("event"), record => record.GetProperty("kind").GetString() is "swap" && record.GetProperty("outcome").GetString() is "refused");
    }

    private static void Damage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
