using System.Runtime.Versioning;
using EdgeRunner.Inference.Sessions.Caching;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.Linux;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Sessions.Caching;

[Collection(SessionTestsCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class OptimizedModelCacheTests(ModelRuntimeFixture fixture) : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly List<string> _told = [];

    private OrtRuntime Runtime => fixture.Runtime.OnnxRuntime;

    private string Place => _directory.File("models");

    [Theory]
    [InlineData("iris_logreg")]
    [InlineData("iris_gboost")]
    [InlineData("iris_forest")]
    [InlineData("wine_logreg")]
    [InlineData("wine_gboost")]
    [InlineData("wine_forest")]
    [InlineData("digits_mlp")]
    [InlineData("breast_cancer_forest")]
    [InlineData("shuttle_forest")]
    [InlineData("ecg_autoencoder")]
    public void Trained_model_gives_the_same_bits_with_and_without_cache(string name)
    {
        var input = TensorProtoReader.Read(File.ReadAllBytes(TestPaths.Asset("models", name, "test_data_set_0", "input_0.pb"))).Tensor;
        foreach (var level in new[] { OrtGraphOptimization.Basic, OrtGraphOptimization.Extended, OrtGraphOptimization.All })
        {
            var settings = new OrtSessionSettings { GraphOptimization = level };
            using var plain = OrtSession.Load(Runtime, Model(name), settings);
            var expected = Run(plain, input);
            var cache = Cache();
            using (var first = cache.Load(Runtime, Model(name), name, 1, settings)) Assert.Equal(expected, Run(first, input));
            using (var second = Cache().Load(Runtime, Model(name), name, 1, settings)) Assert.Equal(expected, Run(second, input));
            Assert.Equal((1, 1), (cache.Status.Built, cache.Status.Loaded));
        }
    }

    [Fact]
    public void Silero_with_its_subgraphs_gives_the_same_bits_and_says_the_same_of_itself()
    {
        var model = File.ReadAllBytes(TestPaths.SileroVad);
        var cache = new OptimizedModelCache(Place, 1 << 30, _clock);
        using var plain = OrtSession.Load(Runtime, model);
        using (cache.Load(Runtime, model, "silero", 689, new OrtSessionSettings())) { }
        using var cached = cache.Load(Runtime, model, "silero", 689, new OrtSessionSettings());

        Assert.Equal((2, 1), (cache.Status.Loaded, cache.Status.Built));
        Assert.Equal(Describe(plain.Inputs), Describe(cached.Inputs));
        Assert.Equal(Describe(plain.Outputs), Describe(cached.Outputs));
        Assert.Equal(RunSilero(plain), RunSilero(cached));
    }

    [Fact]
    public void External_weights_are_inside_the_cached_file()
    {
        var settings = new OrtSessionSettings
        {
            ExternalInitializers = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
            {
                ["external_weights.bin"] = File.ReadAllBytes(TestPaths.Asset("models", "tiny", "external_weights.bin")),
            },
        };
        using var plain = OrtSession.Load(Runtime, Model("external"), settings);
        var cache = Cache();
        using var cached = cache.Load(Runtime, Model("external"), "external", 1, settings);
        Assert.Equal(1, cache.Status.Loaded);
        var input = TensorData.From<float>(TensorElementType.Float32, [.. plain.Inputs[0].Shape.Select(size => Math.Max(size, 1))], [.. Enumerable.Range(0, (int)plain.Inputs[0].Shape.Aggregate(1L, (all, size) => all * Math.Max(size, 1))).Select(i => (float)i)]);
        Assert.Equal(Run(plain, input), Run(cached, input));
    }

    [Fact]
    public void Second_start_loads_what_the_first_one_wrote()
    {
        LoadDigits(Cache());
        var second = Cache();
        LoadDigits(second);

        var status = second.Status;
        Assert.Equal((1, 0, 0, 1), (status.Loaded, status.Built, status.Rejected, status.Files));
        Assert.Equal(0x1C0, FileIdentity.Read(Place)!.Value.Mode);
        Assert.All(Directory.GetFiles(Place), file => Assert.True(FileIdentity.Read(file)!.Value.IsOurs));
        Assert.Null(status.Problem);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("empty")]
    [InlineData("foreign")]
    [InlineData("link")]
    [InlineData("directory")]
    [InlineData("writable")]
    [InlineData("refused")]
    public void Bad_file_is_counted_and_made_anew(string damage)
    {
        LoadDigits(Cache());
        var file = Directory.GetFiles(Place).Single();
        var bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "cut": File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]); break;
            case "flipped":
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(file, bytes);
                break;
            case "empty": File.WriteAllBytes(file, []); break;
            case "foreign": File.WriteAllBytes(file, Model("iris_forest")); break;
            case "link":
                File.Move(file, _directory.File("elsewhere"));
                File.CreateSymbolicLink(file, _directory.File("elsewhere"));
                break;
            case "directory":
                File.Delete(file);
                Directory.CreateDirectory(Path.Combine(file, "inside"));
                break;
            case "writable": File.SetUnixFileMode(file, (UnixFileMode)0x1B6); break; // 0666
            case "refused": // Whole and sealed, but no model: only ONNX Runtime finds out.
                var key = bytes[^48..^16];
                File.WriteAllBytes(file, [.. bytes.Take(bytes.Length / 2)]);
                CacheFile.Seal(file, key);
                break;
        }
        var cache = Cache();

        LoadDigits(cache);
        LoadDigits(cache);

        var status = cache.Status;
        Assert.Equal((1, 1, 2), (status.Rejected, status.Built, status.Loaded));
        Assert.Null(status.Problem);
        Assert.Empty(_told);
    }

    [Fact]
    public void Other_level_and_other_model_have_files_of_their_own()
    {
        var cache = Cache();
        LoadDigits(cache);
        cache.Load(Runtime, Model("digits_mlp"), "digits", 1, new OrtSessionSettings { GraphOptimization = OrtGraphOptimization.Basic }).Dispose();
        cache.Load(Runtime, Model("digits_mlp"), "changed", 1, new OrtSessionSettings()).Dispose();
        cache.Load(Runtime, Model("digits_mlp"), "digits", 1, new OrtSessionSettings { IntraOpThreads = 2, AllowSpinning = true }).Dispose();

        Assert.Equal((3, 3, 4), (cache.Status.Files, cache.Status.Built, cache.Status.Loaded));
    }

    [Fact]
    public void Files_of_another_library_and_of_an_interrupted_start_are_removed_and_strangers_are_kept()
    {
        LoadDigits(Cache());
        File.WriteAllText(Path.Combine(Place, "0123456789abcdef-0123456789abcdef0123456789abcdef.ort"), "old");
        File.WriteAllText(Path.Combine(Place, "half.new"), "half");
        File.WriteAllText(Path.Combine(Place, "README"), "a stranger");
        var cache = Cache();

        LoadDigits(cache);

        Assert.Equal(2, Directory.GetFiles(Place).Length);
        Assert.True(File.Exists(Path.Combine(Place, "README")));
        Assert.Equal((1, 0), (cache.Status.Loaded, cache.Status.Built));
    }

    [Fact]
    public void Least_recently_used_file_goes_when_there_is_no_room()
    {
        LoadDigits(Cache());
        var size = Directory.GetFiles(Place).Sum(file => new FileInfo(file).Length);
        var cache = Cache((2 * size) + 8);
        foreach (var model in new[] { "digits", "second", "digits", "third", "digits" })
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            cache.Load(Runtime, Model("digits_mlp"), model, 1, new OrtSessionSettings()).Dispose();
        }

        Assert.Equal((2, 1, 2), (cache.Status.Files, cache.Status.Evicted, cache.Status.Built));
        _clock.Advance(TimeSpan.FromMinutes(1));
        cache.Load(Runtime, Model("digits_mlp"), "second", 1, new OrtSessionSettings()).Dispose();
        Assert.Equal(3, cache.Status.Built); // "second" had gone, "digits" had been used since.
    }

    [Fact]
    public void Model_with_few_operators_or_without_optimisation_is_loaded_without_it()
    {
        var cache = new OptimizedModelCache(Place, 1 << 20, _clock);
        cache.Load(Runtime, Model("digits_mlp"), "digits", 9, new OrtSessionSettings()).Dispose();
        cache.Load(Runtime, Model("digits_mlp"), "digits", 900, new OrtSessionSettings { GraphOptimization = OrtGraphOptimization.None }).Dispose();

        Assert.Equal(2, cache.Status.TooSmall);
        Assert.False(Directory.Exists(Place));
    }

    [Fact]
    public void Model_larger_than_the_whole_cache_is_loaded_without_it()
    {
        var cache = Cache(1000);
        LoadDigits(cache);
        Assert.Equal((0, 0), (cache.Status.Files, cache.Status.Built));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("open")]
    [InlineData("link")]
    [InlineData("unreachable")]
    public void Directory_that_cannot_be_trusted_or_made_is_told_once_and_models_load_without_it(string trouble)
    {
        switch (trouble)
        {
            case "file": File.WriteAllText(Place, ""); break;
            case "open":
                Directory.CreateDirectory(Place);
                File.SetUnixFileMode(Place, (UnixFileMode)0x1FF); // 0777
                break;
            case "link":
                Directory.CreateDirectory(_directory.File("elsewhere"));
                Directory.CreateSymbolicLink(Place, _directory.File("elsewhere"));
                break;
        }
        var cache = new OptimizedModelCache(trouble == "unreachable" ? "/proc/self/nowhere" : Place, 1 << 20, _clock, _told.Add) { Threshold = 1 };

        LoadDigits(cache);
        LoadDigits(cache);

        Assert.Equal(_told.Single(), cache.Status.Problem);
        Assert.Equal((0, 0), (cache.Status.Loaded, cache.Status.Built));
    }

    [Fact]
    public void Full_disk_is_told_once_leaves_nothing_behind_and_ends_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(256 << 10);
        var cache = new OptimizedModelCache(disk.File("models"), 1 << 20, _clock, _told.Add) { Threshold = 1 };
        disk.FillUp();
        LoadDigits(cache);
        LoadDigits(cache);
        Assert.Equal(_told.Single(), cache.Status.Problem);

        disk.FreeSpace();
        LoadDigits(cache);

        Assert.Null(cache.Status.Problem);
        Assert.Equal((1, 1), (cache.Status.Loaded, cache.Status.Built));
        Assert.Single(Directory.GetFiles(disk.File("models")));
    }

    [Fact]
    public void Model_that_onnxruntime_refuses_is_refused_with_its_own_words_and_is_no_problem_of_the_cache()
    {
        var cache = Cache();
        var e = Assert.Throws<OrtException>(() => cache.Load(Runtime, Model("unknown_operator"), "odd", 1, new OrtSessionSettings()));

        Assert.Equal(Assert.Throws<OrtException>(() => OrtSession.Load(Runtime, Model("unknown_operator"))).Detail, e.Detail);
        Assert.Null(cache.Status.Problem);
        Assert.Empty(Directory.GetFiles(Place));
    }

    [Fact]
    public void Many_loads_at_a_time_all_work_and_leave_one_file()
    {
        var cache = Cache();
        Parallel.For(0, 16, _ => LoadDigits(cache));
        Assert.Single(Directory.GetFiles(Place));
        Assert.Equal(16, cache.Status.Loaded);
        Assert.Null(cache.Status.Problem);
    }

    public void Dispose() => _directory.Dispose();

    private OptimizedModelCache Cache(long maxBytes = 1 << 24) => new(Place, maxBytes, _clock, _told.Add) { Threshold = 1 };

    private static byte[] Model(string name) => File.ReadAllBytes(TestPaths.Model(name));

    private void LoadDigits(OptimizedModelCache cache) => cache.Load(Runtime, Model("digits_mlp"), "digits", 1, new OrtSessionSettings()).Dispose();

    private static string[] Describe(IEnumerable<OrtValueDescription> values) => [.. values.Select(value => value.ToString())];

    private byte[][] Run(OrtSession session, TensorData input)
    {
        using var tensor = OrtTensor.Allocate(Runtime, input.ElementType, [.. input.Shape]);
        input.Bytes.Span.CopyTo(tensor.Bytes);
        return Outputs(session, [new OrtBinding(session.Inputs[0].Name, tensor)]);
    }

    private byte[][] RunSilero(OrtSession session)
    {
        using var audio = OrtTensor.Allocate(Runtime, TensorElementType.Float32, 1, 576);
        using var state = OrtTensor.Allocate(Runtime, TensorElementType.Float32, 2, 1, 128);
        using var rate = OrtTensor.Allocate(Runtime, TensorElementType.Int64);
        rate.AsSpan<long>()[0] = 16000;
        for (var i = 0; i < 576; i++) audio.AsSpan<float>()[i] = MathF.Sin(i * 0.1f);
        return Outputs(session, [new OrtBinding("input", audio), new OrtBinding("state", state), new OrtBinding("sr", rate)]);
    }

    private static byte[][] Outputs(OrtSession session, OrtBinding[] inputs)
    {
        using var run = session.Prepare(inputs, [.. session.Outputs.Select(output => new OrtBinding(output.Name, null))]);
        run.Run();
        return [.. session.Outputs.Select((_, i) =>
        {
            using var output = run.TakeOutput(i);
            return output.Bytes.ToArray();
        })];
    }
}
