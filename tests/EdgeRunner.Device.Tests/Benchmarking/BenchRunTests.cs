using EdgeRunner.Device.Benchmarking;
using EdgeRunner.Device.Commands;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Benchmarking;

public sealed class BenchRunTests : IDisposable
{
    private readonly PipelineRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Settings_take_turns_and_every_run_is_counted()
    {
        var shown = new List<string>();
        var report = Measure(new BenchOrder { Settings = [new(1, false), new(2, true)], Runs = 52, Duration = TimeSpan.FromMinutes(1), PacedDuration = TimeSpan.FromMinutes(1), WarmUpRuns = 3, Interval = TimeSpan.FromMilliseconds(1) }, shown);

        Assert.Equal(["memory and steps", .. Enumerable.Range(1, 5).SelectMany(round => round % 2 == 1
            ? new[] { $"round {round} of 5, 1 thread", $"round {round} of 5, 2 threads, spinning" }
            : [$"round {round} of 5, 2 threads, spinning", $"round {round} of 5, 1 thread"])], shown);
        Assert.Equal(2, report.Settings.Count);
        foreach (var setting in report.Settings)
        {
            foreach (var summary in new[] { setting.BackToBack, setting.Paced! })
            {
                Assert.Equal((52, 52, 5), (summary.Runs, summary.Histogram.Sum(bin => bin.Runs), summary.RoundP50Us.Count));
                Assert.Equal(0, summary.AllocatedBytesPerRun);
                Assert.True(summary.P50Us > 0 && summary.P50Us <= summary.P90Us && summary.P90Us <= summary.P99Us && summary.P99Us <= summary.P999Us && summary.P999Us <= summary.MaxUs);
            }
        }

        Assert.Single(report.Steps);
        Assert.Equal(("onnx", 1.0), (report.Steps[0].Kind, report.Steps[0].Share));
        Assert.Equal(("shuttle-forest 1.0.0", "golden", 256), (report.Model, report.Input.Kind, report.Input.Entries));
        Assert.True(report.Memory.PssBytes > 0 && report.Memory.PeakRssBytes > 0);
        Assert.Contains(report.Notes, note => note.Contains("p99.9 is the slowest run", StringComparison.Ordinal));
    }

    [Fact]
    public void Warm_up_is_stable_when_three_medians_in_a_row_are_close()
    {
        Assert.False(WarmUp.IsStable([1, 1]));
        Assert.True(WarmUp.IsStable([100, 102, 104]));
        Assert.False(WarmUp.IsStable([100, 102, 106]));
        Assert.True(WarmUp.IsStable([500, 100, 102, 104]));
    }

    [Fact]
    public void Input_files_are_fed_in_turn_and_what_does_not_fit_is_refused_by_name()
    {
        using var bundle = ModelBundle.Open(_rig.Shuttle());
        var one = Npy("one.npy", [1, 9]);
        var three = Npy("three.npy", [3, 1, 9]);
        Assert.Equal(new BenchInput("files", "one.npy", 1), BenchInputs.Choose(bundle, [$"x={one}"]).Description);
        Assert.Equal(new BenchInput("files", "three.npy", 3), BenchInputs.Choose(bundle, [$"x={three}"]).Description);

        Refused("expected NAME=FILE.npy", "x");
        Refused("the model has no input y; expected one of x float32[1, 9]", $"y={one}");
        Refused("x is given twice", $"x={one}", $"x={one}");
        Refused("Could not find file", "x=/nonexistent.npy");
        Refused($"{Npy("wide.npy", [1, 8])}: float32[1, 8] does not fit input x, which takes float32[1, 9]", $"x={Npy("wide.npy", [1, 8])}");

        void Refused(string expected, params string[] files) => Assert.Contains(expected, Assert.Throws<BenchInputException>(() => BenchInputs.Choose(bundle, files)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,2,4", false, 1, false, "1 thread; 2 threads; 4 threads")]
    [InlineData("1,2", true, 1, false, "1 thread; 2 threads; 2 threads, spinning")]
    [InlineData("1, 2", true, 2, true, "2 threads, spinning; 1 thread; 2 threads")]
    [InlineData("2,2", false, 1, false, "2 threads")]
    public void Settings_are_the_counts_with_and_without_spinning_and_the_devices_own_first(string threads, bool spinning, int configured, bool configuredSpinning, string expected) =>
        Assert.Equal(expected, string.Join("; ", BenchCommand.Settings(threads, spinning, new ModelLoadOptions { IntraOpThreads = configured, AllowSpinning = configuredSpinning })));

    [Theory]
    [InlineData("")]
    [InlineData("1,x")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("1,,2")]
    public void Bad_thread_list_is_refused_with_what_is_expected(string threads) =>
        Assert.Contains("expected numbers from 1 to 64", Assert.Throws<BenchInputException>(() => BenchCommand.Settings(threads, false, new ModelLoadOptions())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0.00 µs")]
    [InlineData(2.804, "2.80 µs")]
    [InlineData(99.96, "100 µs")]
    [InlineData(999.6, "1.00 ms")]
    [InlineData(12_345, "12.3 ms")]
    [InlineData(2_100_000, "2.10 s")]
    public void Times_have_three_digits_that_count(double microseconds, string expected) => Assert.Equal(expected, BenchWords.Time(microseconds));

    [Fact]
    public void Machine_facts_are_read_from_captured_files_and_absent_ones_are_not_known()
    {
        using var root = new TempDirectory();
        Assert.Equal((null, null, null, null), Facts());
        Directory.CreateDirectory(root.File("proc/device-tree"));
        File.WriteAllText(root.File("proc/device-tree/model"), "Raspberry Pi 5 Model B Rev 1.0\0");
        File.WriteAllText(root.File("proc/cpuinfo"), "processor\t: 0\nBogoMIPS\t: 108.00\n");
        File.WriteAllText(root.File("proc/meminfo"), "MemTotal:        8245356 kB\nMemFree: 1 kB\n");
        Directory.CreateDirectory(root.File("sys/devices/system/cpu/cpu0/cpufreq"));
        File.WriteAllText(root.File("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), "ondemand\n");
        File.WriteAllText(root.File("proc/loadavg"), "0.52 0.58 0.59 1/467 12345\n");
        Assert.Equal(("Raspberry Pi 5 Model B Rev 1.0", "ondemand", (long?)8245356 * 1024, (double?)0.52), Facts());
        File.WriteAllText(root.File("proc/cpuinfo"), "model\t\t: 17\nmodel name\t: AMD EPYC\n");
        Assert.Equal("AMD EPYC", Facts().Cpu);

        (string? Cpu, string? Governor, long? Memory, double? Load) Facts()
        {
            var facts = MachineFacts.Read(root.Path);
            return (facts.Cpu, facts.Governor, facts.MemoryBytes, facts.LoadAverage);
        }
    }

    [Fact]
    public void Provider_and_cache_are_those_that_ran_and_what_was_wished_in_vain_is_a_note()
    {
        using var engine = new InferenceEngine(
            new InferenceOptions { OnnxRuntime = TestPaths.OnnxRuntimeLibrary, Providers = ["cuda", "cpu"] }, NullLogger<InferenceEngine>.Instance,
            new StorageOptions { CacheDirectory = _rig.Directory.File("cache") });
        var order = new BenchOrder { Settings = [new(1, false)], Runs = 5, Duration = TimeSpan.FromMinutes(1), WarmUpRuns = 1, Notes = ["of the configuration"] };

        var report = new BenchRun(engine.Get(), _rig.Shuttle(), [], order, TimeProvider.System, _ => { }).Measure(CancellationToken.None);

        Assert.Equal("cpu", report.Provider);
        Assert.Equal("cuda", Assert.Single(Assert.Single(report.Files).NotUsed).Provider);
        Assert.Equal("of the configuration", report.Notes[0]);
        Assert.Contains(report.Notes, note => note.Contains("ran on cpu, cuda is not used: ", StringComparison.Ordinal));
        Assert.Equal((_rig.Directory.File("cache/models"), 0L), (report.Cache!.Directory, report.Cache.Built));
        Assert.True(report.Cache.TooSmall > 0);
    }

    [Fact]
    public void Model_is_opened_as_the_pipeline_that_names_it_opens_it()
    {
        var configuration = new DeviceConfiguration { Inference = new InferenceOptions { IntraOpThreads = 2 } };
        configuration.Pipelines["b"] = new PipelineOptions { Model = new ModelReferenceOptions { Name = "tiny", Session = new ModelSessionOptions { IntraOpThreads = 4, Providers = ["cuda", "cpu"] } } };
        configuration.Pipelines["a"] = new PipelineOptions { Model = new ModelReferenceOptions { Bundle = "/models/tiny.ermodel", Session = new ModelSessionOptions { AllowSpinning = true } } };

        var (byName, notes) = BenchCommand.Session("tiny", configuration);
        Assert.Equal(4, byName.IntraOpThreads);
        Assert.Equal(["cuda", "cpu"], byName.Providers!);
        Assert.Equal("opened as pipeline b does (pipelines.b.model.session)", Assert.Single(notes));
        Assert.Equal(new ModelLoadOptions { IntraOpThreads = 2, AllowSpinning = true }, BenchCommand.Session("/models/tiny.ermodel", configuration).Options);
        Assert.Equal(new ModelLoadOptions { IntraOpThreads = 2 }, BenchCommand.Session("other", configuration).Options);
        Assert.Empty(BenchCommand.Session("other", configuration).Notes);
    }

    private BenchReport Measure(BenchOrder order, List<string> shown) =>
        new BenchRun(_rig.Engine.Get(), _rig.Shuttle(), [], order, TimeProvider.System, shown.Add).Measure(CancellationToken.None);

    private string Npy(string name, long[] shape)
    {
        var file = _rig.Directory.File(name);
        File.WriteAllBytes(file, NpyFile.Write(TensorData.Zeros(TensorElementType.Float32, shape)));
        return file;
    }
}
