using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Sessions;

/// <summary>A bundle that is whole but whose graph does not fit what its ONNX files really take and give.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class BadBundleTests(ModelRuntimeFixture fixture)
{
    [Fact]
    public void Wrong_type_is_listed_with_step_tensor_expected_and_found() => AssertGraphErrors(
        Double(input: """{ "name": "x", "type": "float64", "shape": [1, 4] }"""),
        "step \"double\"", "tensor \"x\"", "float32[?, 4]", "float64[1, 4]");

    [Fact]
    public void Wrong_rank_is_listed_with_step_tensor_expected_and_found() => AssertGraphErrors(
        Double(input: """{ "name": "x", "type": "float32", "shape": [4] }"""),
        "step \"double\"", "tensor \"x\"", "float32[?, 4]", "float32[4]");

    [Fact]
    public void Wrong_output_shape_is_listed_with_step_tensor_expected_and_found() => AssertGraphErrors(
        Double(output: """{ "name": "y", "type": "float32", "shape": [1, 5] }"""),
        "step \"double\"", "tensor \"y\"", "float32[?, 4]", "float32[1, 5]");

    [Fact]
    public void Wrong_input_name_is_listed_with_the_inputs_the_file_has() => AssertGraphErrors(
        Double(port: "values"), "step \"double\"", "\"values\"", "one of the inputs of double.onnx: \"x\"");

    [Fact]
    public void Output_that_is_no_tensor_is_refused() => AssertGraphErrors(
        new AuthorDirectory(
            """
            "inputs": [ { "name": "x", "type": "float32", "shape": [2, 2] } ],
            "outputs": [ { "name": "parts", "type": "float32", "shape": [2, 2] } ],
            "graph": [ { "step": "onnx", "name": "split", "file": "sequence_output.onnx", "inputs": { "x": "x" }, "outputs": { "parts": "parts" } } ]
            """, "sequence_output"),
        "step \"split\"", "\"parts\" of sequence_output.onnx to be a tensor");

    [Fact]
    public void Model_that_onnxruntime_refuses_is_named_with_its_file()
    {
        using var author = new AuthorDirectory(
            """
            "inputs": [ { "name": "x", "type": "float32", "shape": [1] } ],
            "outputs": [ { "name": "y", "type": "float32", "shape": [1] } ],
            "graph": [ { "step": "onnx", "name": "odd", "file": "unknown_operator.onnx", "inputs": { "x": "x" }, "outputs": { "y": "y" } } ]
            """, "unknown_operator");
        using var bundle = author.Pack();
        var e = Assert.Throws<OrtException>(() => ModelInstance.Load(fixture.Runtime, bundle));
        Assert.Contains("test 1.0.0, unknown_operator.onnx", e.Message, StringComparison.Ordinal);
        Assert.Contains("NoSuchOperator", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Initial_state_of_another_shape_is_refused()
    {
        using var author = AuthorDirectory.Accumulator(state: """, "initial": "initial.npy" """).With("initial.npy", AuthorDirectory.Floats([3], 1, 2, 3));
        using var bundle = author.Pack();
        var e = Assert.Throws<BundleException>(() => ModelInstance.Load(fixture.Runtime, bundle));
        Assert.Equal(BundleErrorReason.Content, e.Reason);
        Assert.Contains("initial.npy: is float32[3], state \"sum\" is float32[1, 3]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Initial_state_that_is_no_array_is_refused()
    {
        using var author = AuthorDirectory.Accumulator(state: """, "initial": "initial.npy" """).With("initial.npy", "garbage"u8.ToArray());
        using var bundle = author.Pack();
        Assert.Contains("initial.npy: ", Assert.Throws<BundleException>(() => ModelInstance.Load(fixture.Runtime, bundle)).Message, StringComparison.Ordinal);
    }

    private static AuthorDirectory Double(
        string input = """{ "name": "x", "type": "float32", "shape": [1, 4] }""",
        string output = """{ "name": "y", "type": "float32", "shape": [1, 4] }""",
        string port = "x") => new(
        $$"""
        "inputs": [ {{input}} ],
        "outputs": [ {{output}} ],
        "graph": [ { "step": "onnx", "name": "double", "file": "double.onnx", "inputs": { "{{port}}": "x" }, "outputs": { "doubled": "y" } } ]
        """, "double");

    private void AssertGraphErrors(AuthorDirectory author, params string[] parts)
    {
        using (author)
        {
            using var bundle = author.Pack();
            var e = Assert.Throws<BundleException>(() => ModelInstance.Load(fixture.Runtime, bundle));
            Assert.Equal(BundleErrorReason.Graph, e.Reason);
            Assert.All(parts, part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
        }
    }
}
