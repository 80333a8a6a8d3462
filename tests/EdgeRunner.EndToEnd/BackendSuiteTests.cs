using System.Text.Json;

namespace EdgeRunner.EndToEnd;

/// <summary>Debian's copy of the ONNX backend tests through the published binary; what cannot pass is listed with its reason.</summary>
public sealed class BackendSuiteTests
{
    private const string Suite = "/usr/share/libonnx-testdata/data";

    /// <summary>Cases with tensors only that ONNX Runtime 1.30 itself passes on the CPU, measured with its C API.</summary>
    private const int PassingCases = 960;

    private static readonly string[] Folders = [$"{Suite}/node", $"{Suite}/simple", $"{Suite}/pytorch-converted", $"{Suite}/pytorch-operator"];

    private static string Known => TestPaths.Asset("onnx-backend-known-failures.txt");

    [Fact]
    public async Task Every_case_that_ONNX_Runtime_passes_passes_and_every_other_is_on_the_list()
    {
        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, ["model", "test", .. Folders, "--known", Known, "--quiet"]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var lines = run.Output.TrimEnd().Split('\n');
        Assert.Equal("112 known to fail", lines[0]);
        Assert.Equal($"{PassingCases} passed, 0 failed", lines[^1]);
    }

    [Fact]
    public async Task Sequences_and_optionals_are_reported_as_unsupported_and_never_as_passes()
    {
        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, ["model", "test", .. Folders, "--json"]);

        Assert.Equal(1, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(PassingCases, json.RootElement.GetProperty("passed").GetInt32());
        Assert.Equal(88, json.RootElement.GetProperty("failed").GetInt32());
        Assert.Equal(24, json.RootElement.GetProperty("unsupported").GetInt32());
    }

    [Fact]
    public async Task Case_on_the_list_that_passes_fails_the_run_so_that_the_list_stays_true()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.File("known.txt"), "test_abs  has no reason to be here\n");
        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "model", "test", $"{Suite}/node/test_abs", "--known", directory.File("known.txt"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("test_abs: passes, but is listed as known to fail; take it off the list", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("0 passed, 1 failed\n", run.Output, StringComparison.Ordinal);
    }
}
