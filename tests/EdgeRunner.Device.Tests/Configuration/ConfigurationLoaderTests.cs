using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Windows;

namespace EdgeRunner.Device.Tests.Configuration;

public class ConfigurationLoaderTests
{
    [Fact]
    public void Valid_file_binds_every_section_without_an_error()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid);
        var result = bench.Load();

        Assert.Empty(result.Errors);
        Assert.True(result.CanRun);
        var configuration = result.Configuration;
        Assert.Equal(("demo-1", "demo"), (configuration.Device.Id, configuration.Device.Fleet));
        Assert.Equal(("127.0.0.1", 1884, 20), (configuration.Broker.Host, configuration.Broker.Port, configuration.Broker.KeepAliveSeconds));
        Assert.Equal(Path.Combine(bench.Directory, "ca.pem"), configuration.Broker.Tls!.CaFile);
        Assert.Equal((StreamClass.Event, StreamFullPolicy.RejectNew), (configuration.Telemetry.Streams["speech"].Class, configuration.Telemetry.Streams["speech"].WhenFull));
        var speech = configuration.Pipelines["speech"];
        var replay = Assert.IsType<ReplaySourceOptions>(speech.Source);
        Assert.Equal((SampleFormat.Raw, SampleType.S16Le, 16_000, ReplayPace.AsFastAsPossible), (replay.Format, replay.SampleType, replay.SampleRateHz, replay.Pace));
        Assert.Equal((576, 512, WindowPriming.Zeros), (speech.Window!.Length, speech.Window.Hop, speech.Window.Prime));
        Assert.Equal(("silero-vad", null), (speech.Model!.Name, speech.Model.Bundle));
        Assert.Equal(0.15, Assert.IsType<ThresholdDecisionOptions>(speech.Decision).Hysteresis);
        Assert.Equal((RecordedWindows.Changes, QueueFullPolicy.Block, OverloadMode.Block), (speech.Telemetry.Windows, speech.Telemetry.WhenFull, speech.Overload));
        var shuttle = configuration.Pipelines["shuttle"];
        var exec = Assert.IsType<ExecSourceOptions>(shuttle.Source);
        Assert.Equal([Path.Combine(bench.Directory, "sensors.sh"), "--all"], exec.Command);
        Assert.Equal(["a", "3"], exec.Columns!);
        Assert.Equal(Path.Combine(bench.Directory, "models/shuttle.ermodel"), shuttle.Model!.Bundle);
        Assert.Equal("shuttle", shuttle.Telemetry.Stream);
        Assert.Equal("probabilities", Assert.IsType<ArgmaxDecisionOptions>(shuttle.Decision).Scores);
    }

    [Fact]
    public void Drop_ins_are_laid_over_the_main_file_in_name_order_and_the_environment_over_all()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid)
            .DropIn("20-b.json", """{ "broker": { "port": 2002, "maxInflight": 7 } }""")
            .DropIn("10-a.json", """{ "broker": { "port": 2001, "keepAliveSeconds": 11 } }""")
            .DropIn("ignored.json.bak", "rubbish")
            .DropIn(".hidden.json", "rubbish");
        bench.Environment["EDGERUNNER__BROKER__KEEPALIVESECONDS"] = "44";
        bench.Environment["EDGERUNNER__pipelines__Speech__window__hop"] = "256";
        bench.Environment["EDGERUNNER__Pipelines__speech__Window__Channels"] = "[1, 0]";
        bench.Environment["EDGERUNNER_ONNXRUNTIME"] = "/not/ours";
        var result = bench.Load();

        Assert.Empty(result.Errors);
        Assert.Equal((2002, 7, 44), (result.Configuration.Broker.Port, result.Configuration.Broker.MaxInflight, result.Configuration.Broker.KeepAliveSeconds));
        Assert.Equal(256, result.Configuration.Pipelines["speech"].Window!.Hop);
        Assert.Equal([1, 0], result.Configuration.Pipelines["speech"].Window!.Channels!);
        Assert.Equal(["edgerunner.json", "10-a.json", "20-b.json"], result.Files.Select(Path.GetFileName), StringComparer.Ordinal);
        var origins = result.Report.Entries.ToDictionary(entry => entry.Key, entry => entry.Origin.ToString(), StringComparer.Ordinal);
        Assert.Equal($"{bench.Directory}/conf.d/20-b.json:1", origins["broker.port"]);
        Assert.Equal("environment EDGERUNNER__BROKER__KEEPALIVESECONDS", origins["broker.keepAliveSeconds"]);
        Assert.Equal($"{bench.MainFile}:3", origins["device.fleet"]);
        Assert.Equal("default", origins["broker.publishTimeoutSeconds"]);
    }

    [Fact]
    public void Broken_pipeline_is_disabled_with_its_errors_and_the_other_runs()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid)
            .DropIn("99.json", """
                { "pipelines": { "speech": { "window": {
                    "hop": 0,
                    "lenght": 5 } } } }
                """);
        var result = bench.Load();

        var file = $"{bench.Directory}/conf.d/99.json";
        Assert.Equal(
            [$"{file}:3: pipelines.speech.window.lenght: unknown key; did you mean \"length\"?",
             $"{file}:2: pipelines.speech.window.hop: 0 is not allowed; expected 1 to 67108864"],
            result.DisabledPipelines["speech"].Select(error => error.ToString()), StringComparer.Ordinal);
        Assert.Equal("shuttle", Assert.Single(result.Configuration.Pipelines).Key);
        Assert.True(result.CanRun);
    }

    [Fact]
    public void Broken_key_outside_pipelines_has_its_default_and_the_device_runs()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid)
            .DropIn("99.json", """{ "telemetry": { "commitIntervalMs": -3, "maxBytes": "lots" }, "storage": { "logDirectory": null }, "broker": { "keepAliveSeconds": 1 } }""");
        var result = bench.Load();

        Assert.Equal((250, 256L << 20), (result.Configuration.Telemetry.CommitIntervalMs, result.Configuration.Telemetry.MaxBytes));
        Assert.Equal("/var/log/edgerunner", result.Configuration.Storage.LogDirectory);
        Assert.Equal(("127.0.0.1", 30), (result.Configuration.Broker.Host, result.Configuration.Broker.KeepAliveSeconds));
        Assert.Equal(4, result.Errors.Count);
        Assert.Contains(result.Errors, error => error.ToString().EndsWith(
            "99.json:1: telemetry.maxBytes: \"lots\" is not allowed; expected a whole number, 1048576 to 1099511627776", StringComparison.Ordinal));
        Assert.Null(result.BrokerDisabledReason);
        Assert.Equal(2, result.Configuration.Pipelines.Count);
    }

    [Theory]
    [InlineData("""{ "broker": { "tsl": { "caFile": "x" } } }""")]
    [InlineData("""{ "broker": { "tls": { "caFile": 7 } } }""")]
    [InlineData("""{ "broker": { "tls": { "certificateFile": "x" } } }""")]
    [InlineData("""{ "broker": { "port": 0 } }""")]
    [InlineData("""{ "broker": "yes" }""")]
    [InlineData("""{ "device": { "id": "a/b" } }""")]
    public void Error_that_could_send_to_the_wrong_place_or_in_the_clear_takes_the_device_offline(string dropIn)
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid).DropIn("99.json", dropIn);
        var result = bench.Load();

        Assert.Null(result.Configuration.Broker.Host);
        Assert.Contains("99.json:1", result.BrokerDisabledReason!, StringComparison.Ordinal);
        Assert.True(result.CanRun);
    }

    [Fact]
    public void Drop_in_that_is_not_JSON_is_set_aside_with_its_line()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid).DropIn("50.json", "{\n  \"broker\": {\n    \"port\" 7 }\n}");
        var result = bench.Load();

        Assert.StartsWith($"{bench.Directory}/conf.d/50.json:3: not valid JSON: ", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Equal([$"{bench.Directory}/conf.d/50.json"], result.FilesSetAside);
        Assert.Equal(1884, result.Configuration.Broker.Port);
        Assert.True(result.CanRun);
    }

    [Fact]
    public void Missing_main_file_is_one_clear_error_and_nothing_runs()
    {
        using var bench = new ConfigurationBench();
        var result = bench.Load();

        Assert.Equal($"{bench.MainFile}: no such file; give another with --config FILE, or copy one from device-configs/", Assert.Single(result.Errors).ToString());
        Assert.False(result.CanRun);
        Assert.Equal("board-7.local", result.Configuration.Device.Id);
    }

    [Fact]
    public void Broken_main_file_still_runs_the_pipelines_of_drop_ins()
    {
        using var bench = new ConfigurationBench().Main("{ not json").DropIn("10.json", ConfigurationBench.Valid);
        var result = bench.Load();

        Assert.Equal(2, result.Configuration.Pipelines.Count);
        Assert.True(result.CanRun);
    }

    [Fact]
    public void Nothing_runs_when_every_pipeline_is_broken_but_none_at_all_is_allowed()
    {
        using var broken = new ConfigurationBench().Main("""{ "pipelines": { "a": {}, "b": { "source": { "kind": "exce" } } } }""");
        using var none = new ConfigurationBench().Main("{}");
        using var mistyped = new ConfigurationBench().Main("""{ "pipeline": { } }""");

        Assert.Equal("all 2 pipelines have errors", broken.Load().CannotRunReason);
        Assert.True(none.Load().CanRun);
        Assert.False(mistyped.Load().CanRun);
        Assert.Contains("is empty; expected at least {}", Assert.Single(new ConfigurationBench().Main(" \0\n").Load().Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_environment_variable_is_named_in_the_error()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid);
        bench.Environment["EDGERUNNER__broker__prot"] = "1";
        bench.Environment["EDGERUNNER__telemetry__commitIntervalMs"] = "fast";
        var errors = bench.Load().Errors.Select(error => error.ToString()).ToArray();

        Assert.Equal(
            ["environment EDGERUNNER__broker__prot: broker.prot: unknown key; did you mean \"port\"?",
             "environment EDGERUNNER__telemetry__commitIntervalMs: telemetry.commitIntervalMs: \"fast\" is not allowed; expected a whole number, 0 to 60000"],
            errors);
    }
}
