using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Tests.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Graphs;

public sealed class GraphCheckerTests
{
    private static readonly OnnxSignature Vad = new(
        [new OnnxPort("input", TensorElementType.Float32, [-1, 576], ["B", null]), new OnnxPort("state", TensorElementType.Float32, [2, -1, 128], [null, "B", null]), new OnnxPort("sr", TensorElementType.Int64, null)],
        [new OnnxPort("output", TensorElementType.Float32, [-1, 1], ["B", null]), new OnnxPort("stateN", TensorElementType.Float32, [-1, -1, -1])]);

    private static readonly TensorSpec X = new("x", TensorElementType.Float32, [1, 4]);
    private static readonly TensorSpec Y = new("y", TensorElementType.Float32, [1, 2]);

    private static OnnxStepSpec Step(string name, string reads, string makes) => new(name, name + ".onnx",
        reads.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(tensor => "in_" + tensor, tensor => tensor, StringComparer.Ordinal),
        makes.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(tensor => "out_" + tensor, tensor => tensor, StringComparer.Ordinal));

    private static ModelManifest Chain(params StepSpec[] steps) => new(1, "m", SemanticVersion.Parse("1.0.0"), "MIT", [X], [Y], steps);

    private static string Only(IReadOnlyList<GraphError> errors) => Assert.Single(errors).ToString();

    private static GraphCheck Check(ModelManifest manifest, OnnxSignature? signature = null) =>
        GraphChecker.Check(manifest, new Dictionary<string, OnnxSignature>(StringComparer.Ordinal) { ["vad.onnx"] = signature ?? Vad });

    [Fact]
    public void Manifest_that_fits_its_file_has_no_errors_and_every_tensor_is_known()
    {
        var check = Check(SampleBundle.Author());
        Assert.Empty(check.Errors);
        Assert.Equal(["audio", "rnn", "rnn_next", "speech", "sr"], check.Tensors.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal("vad", check.Tensors["rnn_next"].Step);
        Assert.Equal("float32[2, 1, 128]", check.Tensors["rnn_next"].ToString());
    }

    [Fact]
    public void Chain_in_order_is_fine() => Assert.Empty(GraphChecker.CheckWiring(Chain(Step("a", "x", "h"), Step("b", "h x", "y"))));

    [Fact]
    public void Unknown_tensor_is_named_with_the_nearest() => Assert.Equal(
        "step \"b\", tensor \"embeding\": expected an input, constant, state or the result of an earlier step (did you mean \"embedding\"?), found no tensor of that name",
        GraphChecker.CheckWiring(Chain(Step("a", "x", "embedding"), Step("b", "embeding embedding", "y")))[0].ToString());

    [Fact]
    public void Steps_in_the_wrong_order_are_told_which_comes_first() => Assert.Equal(
        "step \"b\", tensor \"h\": expected step \"a\", which makes it, to come before this one, found it comes after",
        Only(GraphChecker.CheckWiring(Chain(Step("b", "h", "y"), Step("a", "x", "h")))));

    [Fact]
    public void Cycle_is_shown_with_the_steps_on_it()
    {
        Assert.Equal(
            "step \"a\", tensor \"r\": expected no cycle (a value of the run before is a state), found \"a\" -> \"b\" -> \"c\" -> \"a\"",
            Only(GraphChecker.CheckWiring(Chain(Step("a", "x r", "p"), Step("b", "p", "q y"), Step("c", "q", "r")))));
        Assert.Contains("found \"a\" -> \"a\"", Only(GraphChecker.CheckWiring(Chain(Step("a", "x y", "y")))), StringComparison.Ordinal);
    }

    [Fact]
    public void Repeats_unused_and_missing_tensors_are_errors()
    {
        Assert.Contains("two tensors of that name: an input and made by step \"a\"", GraphChecker.CheckWiring(Chain(Step("a", "x", "x y")))[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("step \"a\", tensor \"h\": expected somebody to read it (or leave it out), found made by step \"a\" that nobody reads", Only(GraphChecker.CheckWiring(Chain(Step("a", "x", "h y")))));
        Assert.Equal("tensor \"x\": expected somebody to read it (or leave it out), found an input that nobody reads",
            Only(GraphChecker.CheckWiring(Chain(Step("a", "", "y")))));
        Assert.Equal("tensor \"y\": expected a step that makes an output (did you mean \"yy\"?), found no tensor of that name", GraphChecker.CheckWiring(Chain(Step("a", "x", "yy")))[0].ToString());
        Assert.Contains("step \"b\": expected at least one output, found none", GraphChecker.CheckWiring(Chain(Step("a", "x", "y"), Step("b", "x", ""))).Select(e => e.ToString()), StringComparer.Ordinal);
        Assert.Contains("expected a step that makes an output, found an input", Only(GraphChecker.CheckWiring(Chain(Step("a", "x", "y")) with { Outputs = [Y, X] })), StringComparison.Ordinal);
    }

    [Fact]
    public void State_needs_a_next_value_of_its_own()
    {
        var manifest = SampleBundle.Author();
        var state = manifest.States[0];
        Assert.Contains(GraphChecker.CheckWiring(manifest with { States = [state with { Next = "rnn_nxt" }] }), e => e.ToString().Contains("(did you mean \"rnn_next\"?)", StringComparison.Ordinal));
        Assert.Contains(GraphChecker.CheckWiring(manifest with { States = [state, state with { Name = "other" }] }), e => e.ToString().Contains("it is that of \"rnn\" and \"other\"", StringComparison.Ordinal));
        Assert.Contains(GraphChecker.CheckWiring(manifest with { States = [state with { Next = "audio" }] }), e => e.ToString().Contains("found an input", StringComparison.Ordinal));
    }

    [Fact]
    public void Type_rank_and_size_must_be_those_of_the_file()
    {
        var manifest = SampleBundle.Author();
        ModelManifest With(TensorElementType type, params long[] shape) => manifest with { Inputs = [manifest.Inputs[0] with { Type = type, Shape = shape }] };
        Assert.Equal("step \"vad\", tensor \"audio\": expected float32[?, 576] for input \"input\" of vad.onnx, found float32[1, 512]", Only(Check(With(TensorElementType.Float32, 1, 512)).Errors));
        Assert.Contains("found float64[1, 576]", Only(Check(With(TensorElementType.Float64, 1, 576)).Errors), StringComparison.Ordinal);
        Assert.Contains("found float32[576]", Only(Check(With(TensorElementType.Float32, 576)).Errors), StringComparison.Ordinal);
        Assert.Contains("expected dimension 1 of input \"state\" to be 2, as \"B\" is in another input of vad.onnx", Only(Check(With(TensorElementType.Float32, 2, 576)).Errors), StringComparison.Ordinal);
        Assert.Contains("expected float32[?, 1], which output \"output\" of vad.onnx gives, found int64[1, 1]",
            Only(Check(manifest with { Outputs = [manifest.Outputs[0] with { Type = TensorElementType.Int64 }] }).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_and_missing_inputs_of_the_file_are_named()
    {
        var manifest = SampleBundle.Author();
        var step = (OnnxStepSpec)manifest.Graph[0];
        ModelManifest With(string old, string @new) => manifest with
        {
            Graph = [step with { Inputs = step.Inputs.ToDictionary(p => string.Equals(p.Key, old, StringComparison.Ordinal) ? @new : p.Key, p => p.Value, StringComparer.Ordinal), Outputs = step.Outputs.ToDictionary(p => string.Equals(p.Key, old, StringComparison.Ordinal) ? @new : p.Key, p => p.Value, StringComparer.Ordinal) }],
        };
        var errors = Check(With("input", "imput")).Errors.Select(e => e.ToString()).ToList();
        Assert.Contains("step \"vad\": expected input \"input\" (float32[?, 576]) of vad.onnx to be given, found nothing", errors, StringComparer.Ordinal);
        Assert.Contains("step \"vad\": expected one of the inputs of vad.onnx: \"input\", \"state\", \"sr\", found \"imput\" (did you mean \"input\"?)", errors, StringComparer.Ordinal);
        Assert.Contains("found \"outputs\" (did you mean \"output\"?)", Only(Check(With("output", "outputs")).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Sequences_and_maps_cannot_be_carried()
    {
        var signature = Vad with { Outputs = [new OnnxPort("output", TensorElementType.Undefined, null), Vad.Outputs[1]] };
        Assert.Contains("a sequence, map, optional or a type", Only(Check(SampleBundle.Author(), signature).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensor_between_two_files_takes_the_size_its_input_fixes()
    {
        var manifest = Chain(Step("a", "x", "h"), Step("b", "h", "y"));
        var signatures = new Dictionary<string, OnnxSignature>(StringComparer.Ordinal)
        {
            ["a.onnx"] = new([new OnnxPort("in_x", TensorElementType.Float32, [-1, 4], ["N", null])], [new OnnxPort("out_h", TensorElementType.Float32, [-1, 8], ["N", null])]),
            ["b.onnx"] = new([new OnnxPort("in_h", TensorElementType.Float32, [1, 8])], [new OnnxPort("out_y", TensorElementType.Float32, [1, 2])]),
        };
        var check = GraphChecker.Check(manifest, signatures);
        Assert.Empty(check.Errors);
        Assert.Equal("float32[1, 8]", check.Tensors["h"].ToString());
        signatures["b.onnx"] = signatures["b.onnx"] with { Inputs = [new OnnxPort("in_h", TensorElementType.Float32, [1, 16])] };
        Assert.Equal("step \"b\", tensor \"h\": expected float32[1, 16] for input \"in_h\" of b.onnx, found float32[1, 8]", Only(GraphChecker.Check(manifest, signatures).Errors));
    }

    [Fact]
    public void Output_that_is_also_a_next_state_must_agree_with_it()
    {
        var manifest = SampleBundle.Author();
        var both = manifest with { Outputs = [.. manifest.Outputs, new TensorSpec("rnn_next", TensorElementType.Float32, [2, 1, 64])] };
        Assert.Contains("expected float32[2, 1, 128] as state \"rnn\" says, found float32[2, 1, 64] in outputs", Check(both).Errors.Select(e => e.ToString()).First(), StringComparison.Ordinal);
    }

    [Fact]
    public void Signature_of_a_real_session_fits_a_manifest_that_fits_the_file()
    {
        using var runtime = OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = TestPaths.OnnxRuntimeLibrary });
        using var session = OrtSession.Load(runtime, File.ReadAllBytes(TestPaths.Model("shuttle_forest")));
        var signature = OnnxSignature.Of(session);
        Assert.Equal([-1, 9], Assert.Single(signature.Inputs).Shape!);
        Assert.Equal("N", signature.Inputs[0].Symbols[0]);
        var author = Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest", "model.json");
        var manifest = ManifestReader.Read(File.ReadAllBytes(author), author, ManifestForm.Author);
        Assert.Empty(GraphChecker.Check(manifest, new Dictionary<string, OnnxSignature>(StringComparer.Ordinal) { ["model.onnx"] = signature }).Errors);
        var wrong = manifest with { Inputs = [manifest.Inputs[0] with { Shape = [1, 8] }] };
        Assert.Contains("expected float32[?, 9] for input \"x\" of model.onnx, found float32[1, 8]",
            Only(GraphChecker.Check(wrong, new Dictionary<string, OnnxSignature>(StringComparer.Ordinal) { ["model.onnx"] = signature }).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Input_with_a_default_may_be_given_or_left_out()
    {
        var signature = Vad with { Inputs = [.. Vad.Inputs.Take(2)], OptionalInputs = [Vad.Inputs[2]] };
        Assert.Empty(Check(SampleBundle.Author(), signature).Errors);
    }
}
