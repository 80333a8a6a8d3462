using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Tests.Configuration;

public class ConfigurationErrorTests
{
    private const string Replay = """ "kind": "replay", "file": "x.wav" """;

    [Theory]
    [InlineData("""{ "brokre": {} }""", "brokre: unknown key; did you mean \"broker\"?")]
    [InlineData("""{ "xyzzy": {} }""", "xyzzy: unknown key; known here: device, broker, storage, process, inference, telemetry, updates, health, logging, pipelines")]
    [InlineData("""{ "broker": { "host": "mqtt://h" } }""", "broker.host: \"mqtt://h\" is not allowed; expected a host name or address without scheme and port")]
    [InlineData("""{ "broker": { "port": 1.5 } }""", "broker.port: 1.5 is not allowed; expected a whole number, 1 to 65535")]
    [InlineData("""{ "broker": { "port": 99999999999 } }""", "broker.port: 99999999999 is not allowed; expected a whole number, 1 to 65535")]
    [InlineData("""{ "broker": { "port": true } }""", "broker.port: true is not allowed; expected a whole number, 1 to 65535")]
    [InlineData("""{ "broker": { "port": 70000 } }""", "broker.port: 70000 is not allowed; expected 1 to 65535")]
    [InlineData("""{ "broker": { "port": null } }""", "broker.port: null is not allowed; expected a whole number, 1 to 65535")]
    [InlineData("""{ "device": { "fleet": null } }""", "device.fleet: null is not allowed; expected text in quotes, 1 to 64 of A-Z a-z 0-9 . _ -")]
    [InlineData("""{ "device": { "fleet": ".." } }""", "device.fleet: \"..\" is not allowed; expected 1 to 64 of A-Z a-z 0-9 . _ -")]
    [InlineData("""{ "broker": [] }""", "broker: a list of 0 is not allowed; expected an object { ... }")]
    [InlineData("""{ "logging": { "level": "info" } }""", "logging.level: \"info\" is not allowed; expected one of trace, debug, information, warning, error, critical, none")]
    [InlineData("""{ "logging": { "level": "warnign" } }""", "logging.level: \"warnign\" is not allowed; expected one of trace, debug, information, warning, error, critical, none; did you mean \"warning\"?")]
    [InlineData("""{ "telemetry": { "streams": { "a/b": {} } } }""", "telemetry.streams.a/b: \"a/b\" is not allowed as the name of a stream; expected 1 to 64 of A-Z a-z 0-9 . _ -")]
    [InlineData("""{ "pipelines": { "p": 7 } }""", "pipelines.p: 7 is not allowed; expected an object { ... }")]
    public void Error_names_file_line_key_value_and_what_is_accepted(string json, string expected)
    {
        using var bench = new ConfigurationBench().Main(json);
        Assert.Equal($"{bench.MainFile}:1: {expected}", Assert.Single(bench.Load().Errors).ToString());
    }

    [Theory]
    [InlineData(""" "source": { "file": "x" } """, "source.kind: is missing; expected one of replay, exec")]
    [InlineData(""" "source": { "kind": "relpay" } """, "source.kind: \"relpay\" is not allowed; expected one of replay, exec")]
    [InlineData(""" "source": null """, "source: is missing; expected an object with \"kind\": replay or exec")]
    [InlineData(""" "source": { "kind": "replay", "file": "x.wav", "paec": "real-time" } """, "source.paec: unknown key; did you mean \"pace\"?")]
    [InlineData(""" "source": { "kind": "replay", "file": "x.wav", "command": [] } """, "source.command: unknown key; did you mean \"comment\"?")]
    [InlineData(""" "source": { "kind": "replay" } """, "source.file: is missing; expected the path of a recording")]
    [InlineData(""" "source": { "kind": "replay", "file": "x.csv" } """, "source.sampleRateHz: is missing; pace real-time needs it")]
    [InlineData(""" "source": { "kind": "replay", "file": "x.raw", "sampleRateHz": 8 } """, "source.sampleType: is missing; expected one of s8, u8, s16le, s16be, u16le, s24le, s32le, f32le, f64le")]
    [InlineData(""" "source": { "kind": "exec", "command": ["a"], "format": "wav" } """, "source.format: \"wav\" is not allowed; expected one of raw, csv, ndjson")]
    [InlineData(""" "source": { "kind": "exec", "command": [], "format": "csv" } """, "source.command: an empty list is not allowed; expected the program and its arguments")]
    [InlineData(""" "source": { "kind": "exec", "format": "csv" } """, "source.command: is missing; expected a list with the program and its arguments")]
    [InlineData(""" "source": { "kind": "exec", "command": "arecord -q", "format": "csv" } """, "source.command: \"arecord -q\" is not allowed; expected a list [ ... ]")]
    [InlineData(""" "source": { "kind": "exec", "command": ["a"], "format": "csv", "restart": { "initialMs": 9, "maxMs": 5 } } """, "source.restart.maxMs: 5 is not allowed; expected at least initialMs (9)")]
    [InlineData(""" "decision": { "kind": "threshold", "threshold": "half" } """, "decision.threshold: \"half\" is not allowed; expected a number, -1E+30 to 1E+30")]
    [InlineData(""" "decision": { "kind": "argmax", "minConfidence": 1.5 } """, "decision.minConfidence: 1.5 is not allowed; expected 0 to 1")]
    [InlineData(""" "window": {} """, "window.length: 0 is not allowed; expected 1 to 67108864")]
    [InlineData(""" "window": { "length": 4, "channels": [0, -1] } """, "window.channels: -1 is not allowed; expected channel numbers from 0")]
    [InlineData(""" "window": { "length": 4, "channels": [0, "left"] } """, "window.channels[1]: \"left\" is not allowed; expected a whole number")]
    [InlineData(""" "window": { "length": 4, "hop": 5, "prime": "zeros" } """, "window.prime: \"zeros\" is not allowed when hop (5) is more than length (4); expected \"wait\"")]
    [InlineData(""" "model": { "name": "a", "bundle": "b" } """, "model: exactly one of name and bundle is expected")]
    [InlineData(""" "model": "../a" """, "model: \"../a\" is not allowed; expected 1 to 64 of A-Z a-z 0-9 . _ -")]
    [InlineData(""" "model": 5 """, "model: 5 is not allowed; expected text in quotes or an object { ... }")]
    [InlineData(""" "overload": "drop" """, "overload: \"drop\" is not allowed; expected one of newest-wins, block, drop-newest")]
    public void Pipeline_error_names_the_key_and_disables_that_pipeline_only(string member, string expected)
    {
        var key = member.TrimStart().Split('"')[1];
        var rest = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["source"] = $"\"source\": {{ {Replay} }}", ["window"] = "\"window\": { \"length\": 4 }", ["model"] = "\"model\": \"m\"",
        };
        rest[key] = member;
        using var bench = new ConfigurationBench().Main($"{{ \"pipelines\": {{ \"good\": {{ \"source\": {{ {Replay} }}, \"window\": {{ \"length\": 4 }}, \"model\": \"m\" }}, \"p\": {{ {string.Join(", ", rest.Values)} }} }} }}");
        var result = bench.Load();

        // A missing part brings "is missing" for the whole too only when nothing else was said about it.
        Assert.Contains($"{bench.MainFile}:1: pipelines.p.{expected}", result.Errors.Select(error => error.ToString()), StringComparer.Ordinal);
        Assert.True(result.Errors.Count == 1, string.Join('\n', result.Errors));
        Assert.Equal("good", Assert.Single(result.Configuration.Pipelines).Key);
    }

    [Theory]
    [InlineData("[1]", "a configuration file is one object")]
    [InlineData("{ \"a\": 1, \"a\": 2 }", "\"a\" is given twice in one object")]
    [InlineData("{} {}", "not valid JSON")]
    [InlineData("{ \"device\": { \"id\": \"\\ud800\" } }", "not valid UTF-8")]
    public void File_that_is_not_one_object_is_set_aside(string json, string expected)
    {
        using var bench = new ConfigurationBench().Main(json);
        Assert.Contains(expected, Assert.Single(bench.Load().Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Oversized_file_and_directory_in_place_of_a_file_are_clear_errors()
    {
        using var large = new ConfigurationBench().Main(new string(' ', ConfigurationFileReader.MaxFileBytes + 1));
        using var directory = new ConfigurationBench();
        Directory.CreateDirectory(directory.MainFile);

        Assert.Contains("1048577 bytes is not allowed", Assert.Single(large.Load().Errors).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(directory.Load().Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_of_two_classes_is_refused()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid)
            .DropIn("99.json", """{ "pipelines": { "speech": { "telemetry": { "class": "raw" } } } }""");
        Assert.EndsWith("pipelines.speech.telemetry.class: \"raw\" is not allowed; stream speech is \"event\" by telemetry.streams.speech.class",
            Assert.Single(bench.Load().Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_that_may_last_longer_than_the_watchdogs_patience_is_refused()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid)
            .DropIn("99.json", """{ "health": { "stallSeconds": 20 }, "pipelines": { "speech": { "guard": { "runTimeoutMs": 60000 } } } }""");
        var result = bench.Load();

        Assert.EndsWith("pipelines.speech.guard.runTimeoutMs: 60000 is not allowed; expected less than 20000, the 20 s of health.stallSeconds, or 0 for no limit",
            Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Equal("shuttle", Assert.Single(result.Configuration.Pipelines).Key);
    }

    [Fact]
    public void Longest_run_that_nobody_stated_stays_below_a_short_patience_of_the_watchdog()
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid).DropIn("99.json", """{ "health": { "stallSeconds": 8 } }""");
        var result = bench.Load();

        Assert.Empty(result.Errors);
        Assert.All(result.Configuration.Pipelines.Values, pipeline => Assert.Equal(4_000, pipeline.Guard.RunTimeoutMs));
    }
}
