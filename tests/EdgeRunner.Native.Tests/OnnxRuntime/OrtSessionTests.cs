using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

[Collection(OrtTestsCollection.Name)]
public sealed class OrtSessionTests(OrtFixture ort)
{
    [Fact]
    public void Session_describes_inputs_and_outputs_with_open_dimensions()
    {
        using var session = ort.Load("accumulator");

        Assert.Equal(["x float32[?, 3]", "state float32[?, 3]", "gain float32[]"], session.Inputs.Select(input => input.ToString()), StringComparer.Ordinal);
        Assert.Equal(["total float32[?, 3]", "next float32[?, 3]"], session.Outputs.Select(output => output.ToString()), StringComparer.Ordinal);
        Assert.Equal(["batch", ""], session.Inputs[0].SymbolicDimensions);
        Assert.Empty(session.OverridableInitializers);
    }

    [Fact]
    public void Metadata_is_what_the_maker_wrote()
    {
        using var session = ort.Load("described");
        var metadata = session.Metadata;

        Assert.Equal("maker", metadata.Producer);
        Assert.Equal("described", metadata.GraphName);
        Assert.Equal("its graph", metadata.GraphDescription);
        Assert.Equal("org.example", metadata.Domain);
        Assert.Equal("a model with everything said", metadata.Description);
        Assert.Equal(42, metadata.Version);
        Assert.Equal(2, metadata.Custom.Count);
        Assert.Equal("mV", metadata.Custom["unit"]);
        Assert.Equal("värde", metadata.Custom["näme"]);
    }

    [Theory]
    [InlineData("sequence_output", "parts", OrtValueKind.Sequence, false)]
    [InlineData("sequence_input", "parts", OrtValueKind.Sequence, true)]
    [InlineData("optional_input", "maybe", OrtValueKind.Optional, true)]
    [InlineData("map_input", "features", OrtValueKind.Map, true)]
    public void Values_that_are_no_tensors_are_named_by_kind_and_cannot_be_bound(string model, string name, OrtValueKind kind, bool isInput)
    {
        using var session = ort.Load(model);
        var description = (isInput ? session.Inputs : session.Outputs).Single(one => string.Equals(one.Name, name, StringComparison.Ordinal));
        Assert.Equal(kind, description.Kind);
        Assert.False(description.IsSupported);

        using var tensor = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 2, 2);
        var e = Assert.Throws<OrtBindingException>(() => session.Prepare(
            [new(session.Inputs[0].Name, tensor)],
            [new(session.Outputs[0].Name, null)]));
        Assert.Contains($"{name} is of kind {kind.ToString().ToLowerInvariant()}, which EdgeRunner does not support", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Input_with_a_default_may_be_left_out_or_given()
    {
        using var session = ort.Load("overridable");
        Assert.Equal("bias float32[2]", session.OverridableInitializers.Single().ToString());
        using var x = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 2);
        using var bias = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 2);
        using var y = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 2);
        bias.AsSpan<float>().Fill(5);
        using var withDefault = session.Prepare([new("x", x)], [new("y", y)]);
        using var withBias = session.Prepare([new("x", x), new("bias", bias)], [new("y", y)]);

        withDefault.Run();
        Assert.Equal([10f, 20f], y.AsSpan<float>().ToArray());
        withBias.Run();
        Assert.Equal([5f, 5f], y.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Model_from_a_file_finds_its_external_weights_beside_it() => AddsWeights(OrtSession.LoadFile(ort.Runtime, TestPaths.Model("external")));

    [Fact]
    public void Model_from_bytes_takes_its_external_weights_from_memory() => AddsWeights(ort.Load("external", new OrtSessionSettings
    {
        ExternalInitializers = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
        {
            ["external_weights.bin"] = File.ReadAllBytes(TestPaths.Asset("models", "tiny", "external_weights.bin")),
        },
    }));

    [Fact]
    public void Optimized_model_is_written_where_asked_and_loads()
    {
        using var directory = new TempDirectory();
        var path = directory.File("optimized.onnx");
        using (ort.Load("accumulator", new OrtSessionSettings { OptimizedModelPath = path }))
        {
            Assert.True(File.Exists(path));
        }
        using var optimized = OrtSession.LoadFile(ort.Runtime, path);
        Assert.Equal(3, optimized.Inputs.Count);
    }

    [Fact]
    public void Settings_all_at_once_still_load()
    {
        using var session = ort.Load("accumulator", new OrtSessionSettings
        {
            IntraOpThreads = 2,
            InterOpThreads = 0,
            AllowSpinning = true,
            GraphOptimization = OrtGraphOptimization.None,
            CpuArena = false,
            MemoryPattern = false,
            Deterministic = true,
            LogId = "all settings",
            DimensionOverrides = new Dictionary<string, long>(StringComparer.Ordinal) { ["batch"] = 4 },
        });
        Assert.Equal("x float32[4, 3]", session.Inputs[0].ToString());
    }

    [Fact]
    public void Negative_thread_counts_and_zero_characters_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ort.Load("accumulator", new OrtSessionSettings { IntraOpThreads = -1 }));
        Assert.Throws<ArgumentException>(() => ort.Load("accumulator", new OrtSessionSettings { LogId = "a\0b" }));
    }

    private void AddsWeights(OrtSession session)
    {
        using (session)
        {
            using var x = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 4);
            using var run = session.Prepare([new("x", x)], [new("y", null)]);
            run.Run();
            using var y = run.TakeOutput(0);
            Assert.Equal([1f, 2f, 3f, 4f], y.AsSpan<float>().ToArray());
        }
    }
}
