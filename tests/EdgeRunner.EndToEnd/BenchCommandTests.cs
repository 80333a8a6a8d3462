using System.Text.Json;
using System.Xml.Linq;

namespace EdgeRunner.EndToEnd;

/// <summary><c>edgerunner bench</c> of the published binary.</summary>
public sealed class BenchCommandTests
{
    private static readonly string[] Quick = ["--runs", "20", "--warmup", "5", "--interval", "1"];

    [Fact]
    public async Task Report_has_every_number_with_its_unit()
    {
        using var directory = new TempDirectory();
        var run = await BenchAsync([DeviceFolder.Bundle("shuttle-forest"), .. Quick, "--threads", "1,2", "--spinning", "--plot", directory.File("plot.svg"), "--json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));

        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(
            ["v", "model", "sha256", "date", "machine", "onnxRuntime", "provider", "edgeRunner", "input", "warmUp", "rounds", "intervalMs", "memory", "settings", "steps", "parallel", "recommendation", "files", "cache", "notes"],
            report.EnumerateObject().Select(property => property.Name));
        Assert.Equal((1, "shuttle-forest 1.0.0", 64, 5, 1.0), (Int(report, "v"), Text(report, "model"), Text(report, "sha256").Length, Int(report, "rounds"), report.GetProperty("intervalMs").GetDouble()));
        Assert.Equal(["cpu", "cores", "architecture", "governor", "kernel", "memoryBytes", "loadAverage"], report.GetProperty("machine").EnumerateObject().Select(property => property.Name));
        Assert.Equal("golden", Text(report.GetProperty("input"), "kind"));
        Assert.True(report.GetProperty("memory").GetProperty("pssBytes").GetInt64() > 1 << 20);
        var step = Assert.Single(report.GetProperty("steps").EnumerateArray());
        Assert.Equal(("onnx", 1.0), (Text(step, "kind"), step.GetProperty("share").GetDouble()));
        Assert.True(step.GetProperty("meanUs").GetDouble() > 0);
        Assert.Equal([(1, false), (2, false), (2, true)], report.GetProperty("settings").EnumerateArray().Select(setting => (Int(setting, "threads"), setting.GetProperty("spinning").GetBoolean())));
        foreach (var summary in report.GetProperty("settings").EnumerateArray().SelectMany(setting => new[] { setting.GetProperty("backToBack"), setting.GetProperty("paced") }))
        {
            Assert.Equal(
                ["runs", "p50Us", "p90Us", "p99Us", "p99.9Us", "maxUs", "runsPerSecond", "cpuUsPerRun", "allocatedBytesPerRun", "roundP50Us", "roundP99Us", "histogram"],
                summary.EnumerateObject().Select(property => property.Name));
            Assert.Equal((20, 0.0), (Int(summary, "runs"), summary.GetProperty("allocatedBytesPerRun").GetDouble()));
            Assert.True(summary.GetProperty("p50Us").GetDouble() > 0);
        }

        Assert.Contains(Int(report.GetProperty("recommendation"), "intraOpThreads"), (int[])[1, 2]);
        Assert.NotEqual("", Text(report.GetProperty("recommendation"), "reason"));
        Assert.Equal("svg", XDocument.Load(directory.File("plot.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Text_for_a_person_ends_with_a_recommendation_and_no_progress_is_left_in_a_pipe()
    {
        var run = await BenchAsync([DeviceFolder.Bundle("shuttle-forest"), .. Quick, "--threads", "1"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains("shuttle-forest 1.0.0", run.Output, StringComparison.Ordinal);
        Assert.Contains("back to back", run.Output, StringComparison.Ordinal);
        Assert.Contains("recommended: \"intraOpThreads\": 1, \"allowSpinning\": false\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_are_named_with_what_would_be_right()
    {
        using var device = new DeviceFolder(1);
        device.Write();
        var bundle = DeviceFolder.Bundle("shuttle-forest");
        var damaged = await File.ReadAllBytesAsync(bundle);
        damaged[damaged.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(device.File("damaged.ermodel"), damaged);

        await Refused(1, device.File("damaged.ermodel"), device.File("damaged.ermodel"));
        await Refused(1, "/nonexistent.ermodel", "/nonexistent.ermodel");
        await Refused(1, "model nobody is not installed", "nobody", "--config", device.ConfigurationFile);
        await Refused(1, "/nonexistent/plot.svg", bundle, "--plot", "/nonexistent/plot.svg");
        await Refused(2, "the model has no input y; expected one of x float32[1, 9]", bundle, "--input", "y=/nonexistent.npy");
        await Refused(2, "--threads 1,x: \"x\" is not allowed; expected numbers from 1 to 64", bundle, "--threads", "1,x");
        await Refused(2, "--runs 0 is not allowed; expected 1 to", bundle, "--runs", "0");
        await Refused(2, "--seconds -1 is not allowed; expected 0.01 to 3600", bundle, "--seconds", "-1");

        static async Task Refused(int code, string expected, params string[] arguments)
        {
            var run = await BenchAsync(arguments);
            Assert.Equal((code, ""), (run.ExitCode, run.Output));
            Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
            Assert.StartsWith("edgerunner: ", run.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        }
    }

    private static Task<ProgramRun> BenchAsync(params string[] arguments) => ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, ["bench", .. arguments]);

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
