using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.ModelMutants;

namespace EdgeRunner.EndToEnd;

/// <summary>Models that misbehave, through the published program: each is refused with its own reason, and a daemon beside notices nothing.</summary>
public sealed class ProbeTests
{
    private const int SigAbort = 6;
    private const int SigKill = 9;
    private const int SigSegv = 11;

    [Theory]
    [InlineData("slow", "too-slow", "done", "--runs", "3")]
    [InlineData("not_a_number", "not-finite", "done")]
    [InlineData("infinite", "not-finite", "done")]
    [InlineData("hungry_run", "memory-exceeded", "first-run", "--memory-limit", "200M")]
    [InlineData("hungry_load", "memory-exceeded", "load", "--memory-limit", "200M")]
    [InlineData("impossible", "memory-exceeded", "first-run")]
    [InlineData("fails_to_run", "run-failed", "first-run")]
    public async Task Model_is_refused_with_its_own_reason(string model, string reason, string stage, params string[] options)
    {
        using var directory = new TempDirectory();
        var bundle = await MisbehavingAsync(directory, model);

        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, ["probe", bundle, "--json", .. options]);

        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((reason, stage, false), (report.GetProperty("reason").GetString(), report.GetProperty("stage").GetString(), report.GetProperty("passed").GetBoolean()));
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(1, report.GetProperty("format").GetInt32());
        Assert.Equal("1.30.0", report.GetProperty("onnxRuntime").GetString());
        Assert.True(report.GetProperty("memory").GetProperty("peakResidentBytes").GetInt64() > 1 << 20);
        Assert.NotEqual("", report.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("timed-out", "--wall-seconds")]
    [InlineData("cpu-exceeded", "--cpu-seconds")]
    public async Task Model_that_never_ends_is_refused_when_its_time_is_over(string reason, string option)
    {
        using var directory = new TempDirectory();
        var bundle = await MisbehavingAsync(directory, "loop_forever");
        // A busy machine may need all of a short time for the start alone: the reason is the same, and the next time is longer.
        for (var seconds = 2; ; seconds *= 2)
        {
            var report = await ProbeAsync(bundle, option, $"{seconds}");
            Assert.Equal((reason, false), (report.GetProperty("reason").GetString(), report.GetProperty("passed").GetBoolean()));
            if (report.GetProperty("stage").GetString() is "first-run") return;
            Assert.True(seconds < 64, $"the model came to no run in {seconds} s: {report}");
        }
    }

    [Fact]
    public async Task Memory_that_is_taken_quickly_is_stopped_near_the_limit()
    {
        using var directory = new TempDirectory();
        var bundle = await MisbehavingAsync(directory, "hungry_run");
        var peaks = new List<long>();
        // The model would take 800 MB; between two looks at it a core fills some MiB. On a busy machine it is far more when the one who looks has to
        // wait for its turn, but not each time.
        do
        {
            peaks.Add((await ProbeAsync(bundle, "--memory-limit", "200M")).GetProperty("memory").GetProperty("modelPeakBytes").GetInt64());
        }
        while (peaks[^1] > 700L << 20 && peaks.Count < 5);

        Assert.InRange(peaks[^1], 200L << 20, 700L << 20);
    }

    [Fact]
    public async Task Good_model_is_accepted_with_its_numbers()
    {
        var bundle = DeviceFolder.Bundle("silero-vad");
        // The test machine may be busy in ways that cost even CPU time; what is promised is tested elsewhere.
        var report = await ProbeAsync(bundle, "--p99-limit-us", "1000000000");

        Assert.Equal("ok", report.GetProperty("reason").GetString());
        Assert.Equal("done", report.GetProperty("stage").GetString());
        Assert.Equal(("silero-vad", "cpu"), (report.GetProperty("model").GetString(), report.GetProperty("provider").GetString()));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(bundle))), report.GetProperty("sha256").GetString());
        var latency = report.GetProperty("latency");
        Assert.InRange(latency.GetProperty("runs").GetInt32(), 3, 200);
        double[] ranks = [.. new[] { "p50", "p90", "p99", "max" }.Select(name => latency.GetProperty(name).GetDouble())];
        Assert.Equal(ranks.Order(), ranks);
        Assert.True(ranks[0] > 0);
        Assert.Equal(40, report.GetProperty("golden")[0].GetProperty("runs").GetInt32());
        Assert.Empty(report.GetProperty("warnings").EnumerateArray());
        Assert.InRange(report.GetProperty("memory").GetProperty("modelPeakBytes").GetInt64(), 2 << 20, 200 << 20);

        var text = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "probe", bundle, "--p99-limit-us", "1000000000");
        Assert.StartsWith("silero-vad 6.0.0: accepted, ok: ", text.Output, StringComparison.Ordinal);
        Assert.Equal(0, text.ExitCode);
    }

    [Fact]
    public async Task Bundle_that_is_no_good_is_refused_before_ONNX_Runtime_sees_it()
    {
        using var directory = new TempDirectory();
        var good = await File.ReadAllBytesAsync(DeviceFolder.Bundle("shuttle-forest"));
        await File.WriteAllBytesAsync(directory.File("cut.ermodel"), good[..^100]);
        var cut = await ProbeAsync(directory.File("cut.ermodel"));
        Assert.Equal(("bundle-invalid", "open"), (cut.GetProperty("reason").GetString(), cut.GetProperty("stage").GetString()));
        Assert.Equal(JsonValueKind.Null, cut.GetProperty("onnxRuntime").ValueKind);

        Assert.Equal("bundle-unreadable", (await ProbeAsync(directory.File("no-such-file"))).GetProperty("reason").GetString());

        var shape = BaseModel.Misbehaving("not_a_number", outputShape: "[1, 5]");
        await File.WriteAllBytesAsync(directory.File("shape.ermodel"), shape.Wrap(shape.Onnx));
        Assert.Equal("graph-invalid", (await ProbeAsync(directory.File("shape.ermodel"))).GetProperty("reason").GetString());

        await File.WriteAllBytesAsync(directory.File("unknown.ermodel"), shape.Wrap(await File.ReadAllBytesAsync(TestPaths.Model("unknown_operator"))));
        Assert.Equal("load-failed", (await ProbeAsync(directory.File("unknown.ermodel"))).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Wrong_answer_slow_promise_and_missing_runtime_have_reasons_of_their_own()
    {
        using var directory = new TempDirectory();
        var shuttle = BaseModel.All().Single(model => model.Name == "shuttle-forest");
        async Task<string?> ReasonAsync(string name, Func<ModelManifest, ModelManifest> change, params string[] options)
        {
            await File.WriteAllBytesAsync(directory.File(name), shuttle.Wrap(shuttle.Onnx, change));
            return (await ProbeAsync(directory.File(name), options)).GetProperty("reason").GetString();
        }

        Assert.Equal("golden-mismatch", await ReasonAsync("exact", manifest => manifest with { Golden = [.. manifest.Golden.Select(golden => golden with { Rtol = 0, Atol = 0 })] }));
        // No run of a forest takes less than two thirds of a microsecond.
        Assert.Equal("too-slow", await ReasonAsync("promise", manifest => manifest with { Limits = new LimitsSpec(P99LatencyMicroseconds: 1) }));
        // A fleet's list of providers says nothing of this device, which has only the CPU.
        Assert.Equal("too-slow", await ReasonAsync("fleet", manifest => manifest with { Limits = new LimitsSpec(P99LatencyMicroseconds: 1), Hardware = new HardwareSpec(["cuda", "cpu"]) }));
        Assert.Equal("runtime-missing", await ReasonAsync("good", manifest => manifest, "--onnxruntime", directory.File("no-such-library.so")));
    }

    [Theory]
    [InlineData(SigAbort, "aborted")]
    [InlineData(SigKill, "killed-by-signal")]
    [InlineData(SigSegv, "killed-by-signal")]
    public async Task Child_that_dies_is_explained_by_its_signal(int signal, string reason)
    {
        using var directory = new TempDirectory();
        var bundle = await MisbehavingAsync(directory, "loop_forever");
        using var parent = StartProbe(bundle);
        var child = await ChildInItsRunAsync(parent);
        // .NET's handler of SIGSEGV takes the first for a fault that will come again when it returns; a real one does, one that was sent does not.
        for (var patience = Stopwatch.StartNew(); !await IsZombieAsync(child) && SendSignal(child, signal) == 0 && patience.Elapsed < TimeSpan.FromSeconds(40);) await Task.Delay(50);

        var report = JsonDocument.Parse(await parent.StandardOutput.ReadToEndAsync()).RootElement;
        await parent.WaitForExitAsync();
        Assert.Equal((reason, signal, "first-run"), (report.GetProperty("reason").GetString(), report.GetProperty("signal").GetInt32(), report.GetProperty("stage").GetString()));
    }

    [Fact]
    public async Task Running_child_is_restrained_in_every_way_that_is_promised_and_dies_with_its_parent()
    {
        using var directory = new TempDirectory();
        var bundle = await MisbehavingAsync(directory, "loop_forever");
        using var parent = StartProbe(bundle, "--cpu-seconds", "77");
        var child = await ChildInItsRunAsync(parent);

        var status = await File.ReadAllTextAsync($"/proc/{child}/status");
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Equal("1000\n", await File.ReadAllTextAsync($"/proc/{child}/oom_score_adj"));
        // pid (comm) state ppid pgrp ... nice is field 19; the command has no space.
        var stat = (await File.ReadAllTextAsync($"/proc/{child}/stat")).Split(' ');
        Assert.Equal((child.ToString(CultureInfo.InvariantCulture), "10"), (stat[4], stat[18]));
        var limits = (await File.ReadAllLinesAsync($"/proc/{child}/limits")).ToDictionary(line => line[..26].Trim(), line => line[26..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);
        Assert.Equal(("77", "0", "0", "128"), (limits["Max cpu time"], limits["Max file size"], limits["Max core file size"], limits["Max open files"]));
        Assert.NotEqual("unlimited", limits["Max address space"]);

        parent.Kill();
        await parent.WaitForExitAsync();
        for (var patience = Stopwatch.StartNew(); Directory.Exists($"/proc/{child}") && !await IsZombieAsync(child);)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "the child lives on after its parent");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task Install_probes_first_and_leaves_the_active_version_alone_when_it_refuses()
    {
        using var device = new DeviceFolder(1);
        device.Write();
        var good = BaseModel.Scikit("iris_logreg", 4, 3);
        await File.WriteAllBytesAsync(device.File("good.ermodel"), good.Wrap(good.Onnx));
        var bad = BaseModel.Misbehaving("not_a_number");
        await File.WriteAllBytesAsync(device.File("bad.ermodel"), bad.Wrap(bad.Onnx, manifest => manifest with { Name = "iris-logreg", Version = SemanticVersion.Parse("2.0.0") }));
        Task<ProgramRun> InstallAsync(string file, params string[] options) =>
            ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, ["model", "install", device.File(file), "--config", device.ConfigurationFile, .. options]);

        Assert.Equal(0, (await InstallAsync("good.ermodel")).ExitCode);
        var refused = await InstallAsync("bad.ermodel");
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("edgerunner: iris-logreg 2.0.0: rejected, not-finite: output \"y\" is NaN at element 0", refused.Errors, StringComparison.Ordinal);
        Assert.EndsWith("; nothing was installed\n", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("1.0.0\n", await File.ReadAllTextAsync(device.File("state/models/iris-logreg/active")));
        Assert.Single(Directory.GetFiles(device.File("state/models/iris-logreg"), "*.ermodel"));

        Assert.Equal(0, (await InstallAsync("bad.ermodel", "--no-probe", "--no-activate")).ExitCode);
        Assert.Equal("1.0.0\n", await File.ReadAllTextAsync(device.File("state/models/iris-logreg/active")));
    }

    [Fact]
    public async Task Daemon_goes_on_deciding_while_every_bad_model_is_probed()
    {
        using var directory = new TempDirectory();
        using var device = new DeviceFolder(1);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        await using var daemon = Daemon.Start(device.Write());
        await RunsOnAsync(daemon, 0);

        foreach (var (model, options) in new (string, string[])[] { ("loop_forever", ["--wall-seconds", "1"]), ("hungry_run", ["--memory-limit", "200M"]), ("hungry_load", ["--memory-limit", "200M"]), ("impossible", []), ("not_a_number", []), ("fails_to_run", []) })
        {
            var before = (await daemon.StatusAsync())!.Value.GetProperty("pipelines")[0].GetProperty("windows").GetInt64();
            var report = await ProbeAsync(await MisbehavingAsync(directory, model), options);
            Assert.False(report.GetProperty("passed").GetBoolean());
            await RunsOnAsync(daemon, before);
        }

        var status = (await daemon.StatusAsync())!.Value;
        Assert.Equal(daemon.ProcessId, status.GetProperty("processId").GetInt32());
        var pipeline = status.GetProperty("pipelines")[0];
        Assert.Equal(("running", 0, 0), (pipeline.GetProperty("state").GetString(), pipeline.GetProperty("sourceRestarts").GetInt64(), pipeline.GetProperty("runErrors").GetInt64()));
    }

    [Fact]
    public async Task Two_hundred_mutants_of_real_models_each_get_a_reason_and_the_daemon_runs_on()
    {
        using var device = new DeviceFolder(1);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        await using var daemon = Daemon.Start(device.Write());
        await RunsOnAsync(daemon, 0);

        var results = await new MutationRun(PublishedPrograms.EdgeRunner, seed: 20261121, parallel: 2).RunAsync(first: 0, count: 200);

        Assert.Equal(200, results.Count);
        Assert.All(results, result => Assert.True(result.HasReason, result.ToString()));
        Assert.True(results.Select(result => result.Reason).Distinct().Count() > 3, "the mutants are all alike: the run does not test");
        await RunsOnAsync(daemon, (await daemon.StatusAsync())!.Value.GetProperty("pipelines")[0].GetProperty("windows").GetInt64());
        Assert.False(daemon.HasExited);
    }

    [Theory]
    [InlineData("--memory-limit 12X", "--memory-limit 12X is not allowed; expected a number of bytes such as 268435456, 256M or 1G")]
    [InlineData("--runs 0", "--runs 0 is not allowed; expected 1 to 1000000")]
    [InlineData("--wall-seconds 86401", "--wall-seconds 86401 is not allowed; expected 1 to 86400")]
    public async Task Limit_that_is_none_is_named_with_what_would_be_right(string options, string message)
    {
        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, ["probe", "x.ermodel", .. options.Split(' ')]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ProbeAsync(string bundle, params string[] options) =>
        JsonDocument.Parse((await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, ["probe", bundle, "--json", .. options])).Output).RootElement;

    private static async Task<string> MisbehavingAsync(TempDirectory directory, string name)
    {
        var model = BaseModel.Misbehaving(name, name == "fails_to_run" ? "[1]" : "[1, 4]");
        var file = directory.File(name + ".ermodel");
        await File.WriteAllBytesAsync(file, model.Wrap(model.Onnx));
        return file;
    }

    private static async Task RunsOnAsync(Daemon daemon, long windows) =>
        await daemon.WaitUntilAsync($"more than {windows} windows", status => status.GetProperty("pipelines") is var pipelines && pipelines.GetArrayLength() == 1
            && pipelines[0].GetProperty("windows").GetInt64() > windows);

    private static Process StartProbe(string bundle, params string[] options) =>
        Process.Start(new ProcessStartInfo(PublishedPrograms.EdgeRunner, ["probe", bundle, "--json", .. options]) { RedirectStandardOutput = true })!;

    /// <summary>The child's process id, once its model spins: from then on it is in the run.</summary>
    private static async Task<int> ChildInItsRunAsync(Process parent)
    {
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(50); await Task.Delay(20))
        {
            foreach (var task in Directory.GetDirectories($"/proc/{parent.Id}/task"))
            {
                // A thread of the pool may end between the two calls.
                if (await ReadOrNullAsync(Path.Combine(task, "children")) is not { } children || !int.TryParse(children.Trim(), CultureInfo.InvariantCulture, out var child)) continue;
                // utime, in ticks of 10 ms: two seconds are ten times what a start takes, also on a slow machine.
                if (await ReadOrNullAsync($"/proc/{child}/stat") is { } text && text.Split(' ') is { Length: > 14 } stat && long.Parse(stat[13], CultureInfo.InvariantCulture) > 200) return child;
            }
        }

        throw new TimeoutException("the child of the probe did not come to its run");
    }

    private static async Task<bool> IsZombieAsync(int process) => await ReadOrNullAsync($"/proc/{process}/stat") is not { } stat || stat.Split(' ')[2] is "Z" or "X";

    /// <summary>A file of /proc; null when the process or thread has gone.</summary>
    private static async Task<string?> ReadOrNullAsync(string file)
    {
        try
        {
            return await File.ReadAllTextAsync(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
