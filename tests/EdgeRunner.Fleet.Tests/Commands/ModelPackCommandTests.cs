using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Fleet.Tests.Commands;

public sealed class ModelPackCommandTests : IDisposable
{
    private static readonly string Models = Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models");

    private readonly TempDirectory _directory = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _directory.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    private int Run(params string[] args) => FleetCommand.Run(args, TimeProvider.System, _output, _error);

    private int Pack(string directory, params string[] more) =>
        Run(["model", "pack", directory, "-o", _directory.File("out.ermodel"), "--onnxruntime", TestPaths.OnnxRuntimeLibrary, .. more]);

    /// <summary>A copy of a demo model that a test may spoil.</summary>
    private string Copy(string model)
    {
        var copy = Directory.CreateDirectory(_directory.File(model)).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Models, model)))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        return copy;
    }

    private static void Edit(string directory, string old, string @new)
    {
        var path = Path.Combine(directory, "model.json");
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, @new, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_that_fails_its_golden_case_is_packed_only_without_the_self_test_and_says_so()
    {
        var model = Copy("shuttle-forest");
        var labels = Path.Combine(model, "golden-label.npy");
        var bytes = File.ReadAllBytes(labels);
        bytes[^8] ^= 1; // the last label: another state
        File.WriteAllBytes(labels, bytes);

        Assert.Equal(ExitCode.Failed, Pack(model));
        Assert.Equal(ExitCode.Ok, Pack(model, "--no-self-test"));
        Assert.Contains("It was not tried", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("latency  p50", _output.ToString(), StringComparison.Ordinal);
        using var bundle = ModelBundle.Open(_directory.File("out.ermodel"));
        Assert.Equal("shuttle-forest", bundle.Manifest.Name);
    }

    [Theory]
    [InlineData("shuttle-forest")]
    [InlineData("ecg-autoencoder")]
    public void Demo_model_is_packed_and_the_report_says_what_was_done(string model)
    {
        Assert.Equal(ExitCode.Ok, Pack(Path.Combine(Models, model)));
        Assert.Equal("", _error.ToString());
        using var bundle = ModelBundle.Open(_directory.File("out.ermodel"));
        Assert.Equal(model, bundle.Manifest.Name);
        var text = _output.ToString();
        Assert.Contains("golden   scikit-learn: passed", text, StringComparison.Ordinal);
        Assert.Contains("left out, since model.json does not use it: labels.csv, test_data_set_0", text, StringComparison.Ordinal);
        Assert.Contains($"sha256 {bundle.Sha256}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_report_is_one_object()
    {
        Assert.Equal(ExitCode.Ok, Pack(Path.Combine(Models, "shuttle-forest"), "--json"));
        using var report = JsonDocument.Parse(_output.ToString());
        Assert.Equal("shuttle-forest", report.RootElement.GetProperty("name").GetString());
        Assert.Equal(256, report.RootElement.GetProperty("golden")[0].GetProperty("runs").GetInt32());
        Assert.InRange(report.RootElement.GetProperty("latency").GetProperty("p50Microseconds").GetDouble(), 0.1, 100_000);
    }

    [Fact]
    public void Golden_case_that_fails_refuses_the_model_and_writes_nothing()
    {
        var model = Copy("shuttle-forest");
        var path = Path.Combine(model, "golden-label.npy");
        var labels = File.ReadAllBytes(path);
        labels[^8] ^= 1; // the last label, little-endian
        File.WriteAllBytes(path, labels);
        Assert.Equal(ExitCode.Failed, Pack(model, "--json"));
        Assert.Contains("golden case \"scikit-learn\": output \"label\": 1 elements differ, worst at [255, 0]", _error.ToString(), StringComparison.Ordinal);
        using var failure = JsonDocument.Parse(_output.ToString());
        Assert.Equal("Golden", failure.RootElement.GetProperty("reason").GetString());
        Assert.Equal([model], Directory.EnumerateFileSystemEntries(_directory.Path), StringComparer.Ordinal);
    }

    [Fact]
    public void Graph_that_does_not_fit_the_onnx_file_is_refused_with_every_misfit()
    {
        var model = Copy("shuttle-forest");
        Edit(model, "\"shape\": [1, 9]", "\"shape\": [1, 8]");
        Edit(model, "\"probabilities\": \"probabilities\" }", "\"probability\": \"probabilities\" }");
        Assert.Equal(ExitCode.Failed, Pack(model));
        Assert.Contains("step \"forest\", tensor \"x\": expected float32[?, 9] for input \"x\" of model.onnx, found float32[1, 8]", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("found \"probability\" (did you mean \"probabilities\"?)", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mistake_in_the_manifest_is_named_with_file_and_place()
    {
        var model = Copy("shuttle-forest");
        Edit(model, "\"license\"", "\"licence\"");
        Assert.Equal(ExitCode.Failed, Pack(model));
        Assert.Contains($"{model}/model.json", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("$.licence: is not known here (did you mean \"license\"?)", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Model_without_golden_case_is_packed_with_a_warning()
    {
        var model = Copy("shuttle-forest");
        var path = Path.Combine(model, "model.json");
        var manifest = ManifestReader.Read(File.ReadAllBytes(path), path, ManifestForm.Author);
        var text = File.ReadAllText(path);
        File.WriteAllText(path, text[..text.IndexOf("\"golden\"", StringComparison.Ordinal)].TrimEnd().TrimEnd(',') + "}");
        Assert.NotEmpty(manifest.Golden);
        Assert.Equal(ExitCode.Ok, Pack(model));
        Assert.Contains("WARNING  There is no golden case", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage, not a model")]
    public void Onnx_file_that_is_none_is_refused(string content)
    {
        var model = Copy("shuttle-forest");
        File.WriteAllText(Path.Combine(model, "model.onnx"), content);
        Assert.Equal(ExitCode.Failed, Pack(model));
        Assert.Contains("model.onnx: not an ONNX model", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Truncated_onnx_file_is_refused()
    {
        var model = Copy("shuttle-forest");
        File.WriteAllBytes(Path.Combine(model, "model.onnx"), File.ReadAllBytes(Path.Combine(Models, "shuttle-forest", "model.onnx"))[..10_000]);
        Assert.Equal(ExitCode.Failed, Pack(model));
        Assert.Contains("model.onnx: not an ONNX model", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_lies_elsewhere_must_be_given_by_name()
    {
        Assert.Equal(ExitCode.Failed, Pack(Path.Combine(Models, "silero-vad")));
        Assert.Contains("--file silero_vad_v6.onnx=PATH", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Silero_is_packed_from_a_download_and_answers_as_onnx_runtime_alone_did()
    {
        Assert.Equal(ExitCode.Ok, Pack(Path.Combine(Models, "silero-vad"), "--file", "silero_vad_v6.onnx=" + TestPaths.SileroVad));
        Assert.Contains("golden   goforward: passed, 40 runs", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Library_that_is_not_there_is_one_clear_message()
    {
        Assert.Equal(ExitCode.Failed, Run("model", "pack", Path.Combine(Models, "shuttle-forest"), "--onnxruntime", "/nonexistent/libonnxruntime.so"));
        Assert.Contains("/nonexistent/libonnxruntime.so", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no directory /nonexistent", "model", "pack", "/nonexistent")]
    [InlineData("Required argument missing", "model", "pack")]
    [InlineData("--file x is not NAME=PATH", "model", "pack", "/", "--file", "x")]
    [InlineData("Unrecognized command", "modle")]
    [InlineData("Required command", "model")]
    public void Wrong_usage_is_exit_code_2_with_the_reason_only(string message, params string[] args)
    {
        Assert.Equal(ExitCode.Usage, Run(args));
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public void Version_and_help_are_not_errors()
    {
        Assert.Equal(ExitCode.Ok, Run("--version"));
        Assert.Matches(@"\A\d+\.\d+\.\d+", _output.ToString());
        Assert.Equal(ExitCode.Ok, Run("model", "pack", "--help"));
        Assert.Equal("", _error.ToString());
    }
}
