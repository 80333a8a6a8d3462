using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Tests.Configuration;
using EdgeRunner.Device.Tests.Health;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Tests.Pipelines;

public sealed class InferenceEngineTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly CollectedLog<InferenceEngine> _log = new();

    private IEnumerable<string> Warnings => _log.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal));

    [Fact]
    public void Second_start_takes_the_model_from_the_cache_and_status_says_so()
    {
        Load(new InferenceOptions(), Storage());

        var cache = Load(new InferenceOptions(), Storage()).Cache!;

        Assert.Equal((1, 1, 0, 0), (cache.Files, cache.Loaded, cache.Built, cache.Rejected));
        Assert.Equal(_directory.File("cache/models"), cache.Directory);
        Assert.Empty(Warnings);
    }

    [Fact]
    public void Cache_of_no_size_is_no_cache()
    {
        Assert.Null(Load(new InferenceOptions(), Storage() with { CacheMaxBytes = 0 }).Cache);
        Assert.False(Directory.Exists(_directory.File("cache")));
    }

    [Fact]
    public void Cache_that_cannot_be_written_is_said_once_and_the_model_loads()
    {
        var storage = Storage() with { CacheDirectory = "/proc/self" };

        var status = Load(new InferenceOptions(), storage, times: 3);

        Assert.Contains("/proc/self/models", status.Cache!.Problem, StringComparison.Ordinal);
        Assert.Contains("Models are optimised anew at each start", Assert.Single(Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Provider_that_cannot_be_had_is_said_once_and_stands_in_the_status()
    {
        var status = Load(new InferenceOptions { Providers = ["cuda", "cpu"] }, Storage(), times: 3);

        var model = Assert.Single(status.Models);
        Assert.Equal(["cpu"], model.Used);
        Assert.Equal("cuda", Assert.Single(model.NotUsed).Provider);
        Assert.Contains("runs on cpu, cuda is not used: this ONNX Runtime", Assert.Single(Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Session_of_a_pipeline_goes_before_the_engine()
    {
        var engine = new ModelLoadOptions { AllowSpinning = true, Providers = ["cpu"] };

        Assert.Equal(engine, new ModelSessionOptions().Apply(engine));
        Assert.Equal(
            new ModelLoadOptions { IntraOpThreads = 3, AllowSpinning = false, Providers = ["cuda"], GraphOptimization = OrtGraphOptimization.Basic } with { Providers = null },
            new ModelSessionOptions { IntraOpThreads = 3, AllowSpinning = false, Providers = ["cuda"], GraphOptimization = OrtGraphOptimization.Basic }.Apply(engine) with { Providers = null });
        Assert.Equal(["cuda"], new ModelSessionOptions { Providers = ["cuda"] }.Apply(engine).Providers);
    }

    [Theory]
    [InlineData("""["cdua"]""", "did you mean \"cuda\"")]
    [InlineData("[]", "an empty list is not allowed")]
    [InlineData("""["cpu", "cpu"]""", "each provider once")]
    public void Wrong_providers_are_refused_with_what_would_be_right(string providers, string expected)
    {
        using var bench = new ConfigurationBench().Main(ConfigurationBench.Valid)
            .DropIn("50.json", $$"""{ "inference": { "providers": {{providers}} }, "pipelines": { "speech": { "model": { "name": "silero-vad", "session": { "providers": {{providers}} } } } } }""");

        var errors = bench.Load().Errors;

        Assert.Equal(["inference.providers", "pipelines.speech.model.session.providers"], errors.Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.All(errors, error => Assert.Contains(expected, error.Message, StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Dispose();

    private StorageOptions Storage() => new() { CacheDirectory = _directory.File("cache") };

    /// <summary>Loads Silero VAD as a daemon that starts would.</summary>
    private InferenceStatus Load(InferenceOptions options, StorageOptions storage, int times = 1)
    {
        using var engine = new InferenceEngine(options with { OnnxRuntime = TestPaths.OnnxRuntimeLibrary }, _log, storage);
        using var bundle = ModelBundle.Open(Silero());
        for (var i = 0; i < times; i++) ModelInstance.Load(engine.Get(), bundle, engine.LoadOptions(new PipelineOptions { Model = new ModelReferenceOptions() })).Dispose();
        return engine.Status!;
    }

    private string Silero()
    {
        var author = _directory.File("silero");
        var packed = _directory.File("silero.ermodel");
        if (File.Exists(packed)) return packed;
        Directory.CreateDirectory(author);
        File.Copy(TestPaths.SileroVad, Path.Combine(author, "silero.onnx"));
        File.WriteAllText(Path.Combine(author, "model.json"), """
            { "format": 1, "name": "silero", "version": "1.0.0", "license": "MIT",
              "inputs": [ { "name": "audio", "type": "float32", "shape": [1, 576] } ],
              "outputs": [ { "name": "speech", "type": "float32", "shape": [1, 1] } ],
              "constants": [ { "name": "sr", "type": "int64", "shape": [], "values": [16000] } ],
              "states": [ { "name": "rnn", "type": "float32", "shape": [2, 1, 128], "next": "rnn_next" } ],
              "graph": [ { "step": "onnx", "name": "vad", "file": "silero.onnx",
                           "inputs": { "input": "audio", "state": "rnn", "sr": "sr" }, "outputs": { "output": "speech", "stateN": "rnn_next" } } ] }
            """);
        BundlePacker.Pack(author, packed);
        return packed;
    }
}
