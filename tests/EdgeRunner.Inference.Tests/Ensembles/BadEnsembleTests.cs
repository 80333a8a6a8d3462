using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Tests.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Ensembles;

/// <summary>Every mistake in an ensemble step is refused before it runs, with the step, what was found and what would be right.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class BadEnsembleTests(ModelRuntimeFixture fixture)
{
    private const string Mean = "mean:float32[2,3]";
    private const string Label = "label:int64[2]";

    [Theory]
    [InlineData("\"step\": \"weighted-average\", \"weights\": [1, 2], \"output\": \"mean\"", "expected 3 \"weights\", one for each member, found 2: 1, 2")]
    [InlineData("\"step\": \"weighted-average\", \"weights\": [1, -0.5, 2], \"output\": \"mean\"", "tensor \"m2\": expected a weight of 0 or more, found -0.5")]
    [InlineData("\"step\": \"weighted-average\", \"weights\": [0, 0, 0], \"output\": \"mean\"", "expected \"weights\" with a finite sum above 0, found 0, 0, 0")]
    [InlineData("\"step\": \"weighted-average\", \"weights\": [1e308, 1e308, 0], \"output\": \"mean\"", "expected \"weights\" with a finite sum above 0, found 1E+308, 1E+308, 0")]
    [InlineData("\"step\": \"soft-vote\", \"weights\": [], \"probabilities\": \"mean\"", "expected 3 \"weights\", one for each member, found 0: ")]
    [InlineData("\"step\": \"boost\", \"method\": \"additive\", \"weights\": [1], \"scores\": \"mean\"", "expected 3 \"weights\", one for each member, found 1: 1")]
    [InlineData("\"step\": \"boost\", \"method\": \"additive\", \"initial\": [1, 2], \"scores\": \"mean\"", "expected \"initial\" with 3 finite numbers, one for each score of \"m1\", found 2: 1, 2")]
    [InlineData("\"step\": \"boost\", \"method\": \"additive\", \"learningRate\": 0, \"scores\": \"mean\"", "expected a \"learningRate\" above 0, found 0")]
    [InlineData("\"step\": \"boost\", \"method\": \"additive\", \"classes\": 3, \"scores\": \"mean\"", "expected no \"classes\" with \"method\" additive, found one")]
    [InlineData("\"step\": \"boost\", \"method\": \"additive\", \"link\": \"sigmoid\", \"scores\": \"mean\"", "tensor \"m1\": expected one column, that of class 1, for \"link\" sigmoid, found float32[2, 3]")]
    [InlineData("\"step\": \"boost\", \"method\": \"additive\", \"probabilities\": \"mean\"", "tensor \"mean\": expected a \"link\", sigmoid or softmax, that makes probabilities of scores, found none")]
    [InlineData("\"step\": \"boost\", \"method\": \"samme-r\", \"weights\": [1, 1, 1], \"link\": \"softmax\", \"scores\": \"mean\"", "expected no \"weights\" with \"method\" samme-r, found one")]
    [InlineData("\"step\": \"boost\", \"method\": \"samme\", \"weights\": [1, 1, 1], \"classes\": 3, \"scores\": \"mean\"", "tensor \"m1\": expected int64, found float32[2, 3]")]
    public void Mistake_over_float_members_is_named(string step, string problem) => AssertRefused(step, "float32[2,3]", Mean, problem);

    [Theory]
    [InlineData("\"step\": \"weighted-vote\", \"classes\": 3, \"weights\": [1, 1, 1, 1], \"label\": \"label\"", "expected 3 \"weights\", one for each member, found 4: 1, 1, 1, 1")]
    [InlineData("\"step\": \"vote\", \"classes\": 1, \"label\": \"label\"", "expected \"classes\" from 2 to 65536, found 1")]
    [InlineData("\"step\": \"vote\", \"classes\": 65537, \"label\": \"label\"", "expected \"classes\" from 2 to 65536, found 65537")]
    [InlineData("\"step\": \"vote\", \"classes\": 3, \"rule\": \"majority\", \"tie\": \"none\", \"label\": \"label\"", "expected no \"tie\" with \"rule\" majority: two classes cannot both have more than half, found one")]
    [InlineData("\"step\": \"boost\", \"method\": \"samme\", \"classes\": 3, \"label\": \"label\"", "expected \"weights\", one for each member, for \"method\" samme, found none")]
    [InlineData("\"step\": \"boost\", \"method\": \"samme\", \"weights\": [1, 1, 1], \"label\": \"label\"", "expected \"classes\", their number, for \"method\" samme, found none")]
    [InlineData("\"step\": \"boost\", \"method\": \"samme\", \"weights\": [1, 1, 1], \"classes\": 3, \"initial\": [0], \"label\": \"label\"", "expected no \"initial\" with \"method\" samme, found one")]
    [InlineData("\"step\": \"average\", \"output\": \"label\"", "tensor \"m1\": expected float32, float64, float16, bfloat16, found int64[2]")]
    public void Mistake_over_class_numbers_is_named(string step, string problem) => AssertRefused(step, "int64[2]", Label, problem);

    [Theory]
    [InlineData("\"rule\": \"pluralty\"", "$.graph[0].rule: \"pluralty\" is not known (did you mean \"plurality\"?); it must be one of \"plurality\", \"majority\"")]
    [InlineData("\"tie\": \"first\"", "$.graph[0].tie: \"first\" is not known; it must be one of \"lowest-class\", \"first-member\", \"none\"")]
    [InlineData("\"tie\": 1", "$.graph[0].tie: 1 is not one of \"lowest-class\", \"first-member\", \"none\"")]
    [InlineData("\"tie\": \"LowestClass\"", "$.graph[0].tie: \"LowestClass\" is not known")]
    [InlineData("\"weights\": [1, \"NaN\", 1]", "$.graph[0].weights[1]: \"NaN\" is not a number")]
    [InlineData("\"weights\": [1, 1e999, 1]", "$.graph[0].weights[1]: 1e999 is not a number")]
    [InlineData("\"weights\": [1, NaN, 1]", "not valid JSON")]
    public void Value_that_is_none_of_its_kind_is_named_with_its_place(string member, string problem)
    {
        var step = member.Contains("weights", StringComparison.Ordinal) ? "weighted-vote" : "vote";
        AssertRefused($"\"step\": \"{step}\", {member}, \"classes\": 3, \"label\": \"label\"", "int64[2]", Label, problem);
    }

    [Fact]
    public void Members_that_differ_are_named()
    {
        using var author = new AuthorDirectory(
            """
            "inputs": [ { "name": "a", "type": "float32", "shape": [2, 3] }, { "name": "b", "type": "float32", "shape": [2, 2] }, { "name": "c", "type": "float64", "shape": [2, 3] } ],
            "outputs": [ { "name": "mean", "type": "float32", "shape": [2, 3] } ],
            "graph": [ { "step": "average", "name": "join", "inputs": ["a", "b", "c"], "output": "mean" } ]
            """);

        var error = Assert.Throws<BundleException>(() => author.Load(fixture.Runtime));

        Assert.Contains("step \"join\", tensor \"b\": expected float32[2, 3], as the first member \"a\" is, found float32[2, 2]", error.Message, StringComparison.Ordinal);
        Assert.Contains("step \"join\", tensor \"c\": expected float32[2, 3], as the first member \"a\" is, found float64[2, 3]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "step \"join\": expected at least one member in \"inputs\", found none")]
    [InlineData("[\"a\", \"a\"]", "step \"join\", tensor \"a\": expected each tensor once; a member that counts more has a higher weight, found it 2 times")]
    public void Members_must_be_there_and_once(string inputs, string problem)
    {
        var error = GraphErrors($$"""{ "step": "average", "name": "join", "inputs": {{inputs}}, "output": "mean" }""");

        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "step": "stack", "name": "s", "inputs": ["a"], "features": "tall", "file": "double.onnx", "input": "x", "outputs": { "doubled": "mean" } }""",
        "step \"s\", tensor \"tall\": expected float32[2, ?], with the rows of \"a\", found float32[3, 1]")]
    [InlineData("""{ "step": "stack", "name": "s", "inputs": ["a", "narrow"], "dropFirst": true, "file": "double.onnx", "input": "x", "outputs": { "doubled": "mean" } }""",
        "step \"s\", tensor \"narrow\": expected a last dimension of at least 2: columns, of which the first is dropped, found float32[2, 1]")]
    [InlineData("""{ "step": "stack", "name": "s", "inputs": ["a"], "file": "double.onnx", "input": "x", "outputs": { "doubled": "mean" } }""",
        "step \"s\", tensor \"s row\": expected float32[?, 4] for input \"x\" of double.onnx, found float32[2, 3]")]
    [InlineData("""{ "step": "stack", "name": "s", "inputs": ["a", "narrow"], "file": "double.onnx", "input": "row", "outputs": { "doubled": "mean" } }""",
        "step \"s\": expected one of the inputs of double.onnx: \"x\", found \"row\"")]
    public void Stack_that_does_not_fit_its_meta_model_is_explained(string step, string problem) => Assert.Contains(problem, GraphErrors(step), StringComparison.Ordinal);

    [Fact]
    public void Weight_that_is_no_number_is_refused_also_where_no_json_was_read()
    {
        var manifest = new ModelManifest(1, "m", SemanticVersion.Parse("1.0.0"), "MIT",
            [new TensorSpec("a", TensorElementType.Float32, [1]), new TensorSpec("b", TensorElementType.Float32, [1])], [new TensorSpec("mean", TensorElementType.Float32, [1])],
            [new WeightedAverageStepSpec("join", ["a", "b"], [1, double.NaN], "mean")]);

        var errors = GraphChecker.Check(manifest, new Dictionary<string, OnnxSignature>(StringComparer.Ordinal)).Errors;

        Assert.Equal("step \"join\", tensor \"b\": expected a weight of 0 or more, found NaN", Assert.Single(errors).ToString());
    }

    private void AssertRefused(string step, string member, string output, string problem)
    {
        var error = Assert.Throws<BundleException>(() => EnsembleModel.Load(fixture.Runtime, step, 3, member, output));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    /// <summary>What is wrong with a graph of this one step, over tensors a, narrow and tall.</summary>
    private string GraphErrors(string step)
    {
        var names = new[] { ("a", "[2, 3]"), ("narrow", "[2, 1]"), ("tall", "[3, 1]") }.Where(tensor => step.Contains($"\"{tensor.Item1}\"", StringComparison.Ordinal)).ToList();
        using var author = new AuthorDirectory(
            $$"""
            "inputs": [ {{string.Join(", ", names.DefaultIfEmpty(("a", "[2, 3]")).Select(tensor => $$"""{ "name": "{{tensor.Item1}}", "type": "float32", "shape": {{tensor.Item2}} }"""))}} ],
            "outputs": [ { "name": "mean", "type": "float32", "shape": [2, 3] }{{(names.Count == 0 ? """, { "name": "squashed", "type": "float32", "shape": [2, 3] }""" : "")}} ],
            "graph": [ {{step}}{{(names.Count == 0 ? """, { "step": "sigmoid", "name": "use", "input": "a", "output": "squashed" }""" : "")}} ]
            """, "double");
        return Assert.Throws<BundleException>(() => author.Load(fixture.Runtime)).Message;
    }
}
