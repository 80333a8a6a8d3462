using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>For every step kind a model that uses it such that a kernel has to run. Tests over all kinds go through this list, and one
/// holds it against the list of kinds, so a new kind without a case fails.</summary>
internal static class StepCases
{
    private const string X = "x";
    private const string Y = "y";

    /// <summary>By kind: what the step makes of a [2, 6] of <see cref="InputType"/>.</summary>
    internal static readonly IReadOnlyDictionary<string, (StepSpec Step, TensorSpec[] Outputs)> All = new Dictionary<string, (StepSpec, TensorSpec[])>(StringComparer.Ordinal)
    {
        ["onnx"] = (new OnnxStepSpec("s", "relu.onnx", Map("a", X), Map("b", Y)), [Float(2, 6)]),
        ["select"] = (new SelectStepSpec("s", X, Y, [5, 0, 0]), [Float(2, 3)]),
        ["slice"] = (new SliceStepSpec("s", X, Y, [-1], [-100], [1], [-2]), [Float(2, 3)]),
        ["concat"] = (new ConcatStepSpec("s", [X, X], Y, 1), [Float(2, 12)]),
        ["reshape"] = (new ReshapeStepSpec("s", X, Y, [3, -1]), [Float(3, 4)]),
        ["transpose"] = (new TransposeStepSpec("s", X, Y), [Float(6, 2)]),
        ["cast"] = (new CastStepSpec("s", X, Y, TensorElementType.Float16), [TestModel.Tensor(Y, TensorElementType.Float16, 2, 6)]),
        ["scale"] = (new ScaleStepSpec("s", X, Y, [2], [1]), [Float(2, 6)]),
        ["clip"] = (new ClipStepSpec("s", X, Y, 0, 1), [Float(2, 6)]),
        ["normalise"] = (new NormaliseStepSpec("s", X, Y, "z-score"), [Float(2, 6)]),
        ["softmax"] = (new SoftmaxStepSpec("s", X, Y), [Float(2, 6)]),
        ["sigmoid"] = (new SigmoidStepSpec("s", X, Y), [Float(2, 6)]),
        ["argmax"] = (new ArgmaxStepSpec("s", X, Y), [TestModel.Tensor(Y, TensorElementType.Int64, 2, 1)]),
        ["top-k"] = (new TopKStepSpec("s", X, 4, Y, "indices"), [Float(2, 4), TestModel.Tensor("indices", TensorElementType.Int64, 2, 4)]),
        ["threshold"] = (new ThresholdStepSpec("s", X, Y, [0.5]), [TestModel.Tensor(Y, TensorElementType.Bool, 2, 6)]),
        ["average"] = (new AverageStepSpec("s", [X], Y), [Float(2, 6)]),
        ["weighted-average"] = (new WeightedAverageStepSpec("s", [X], [0.3], Y), [Float(2, 6)]),
        ["vote"] = (new VoteStepSpec("s", [X], 3, Y, "counts", "shares"), [.. Ballot(TensorElementType.Int64)]),
        ["weighted-vote"] = (
            new WeightedVoteStepSpec("s", [X], [0.3], 3, Y, "counts", "shares", Tie: TieRule.FirstMember), [.. Ballot(TensorElementType.Float32)]),
        ["soft-vote"] = (
            new SoftVoteStepSpec("s", [X], Y, "means", [2], TieRule.FirstMember),
            [TestModel.Tensor(Y, TensorElementType.Int64, 2), TestModel.Tensor("means", TensorElementType.Float32, 2, 6)]),
        ["boost"] = (
            new BoostStepSpec("s", BoostMethod.Additive, [X], Y, "p", "scores", [1, 2, 3, 4, 5, 6], 0.5, BoostLink.Softmax),
            [TestModel.Tensor(Y, TensorElementType.Int64, 2), TestModel.Tensor("p", TensorElementType.Float32, 2, 6), TestModel.Tensor("scores", TensorElementType.Float32, 2, 6)]),
        ["stack"] = (new StackStepSpec("s", [X], "relu.onnx", "a", Map("b", Y)), [Float(2, 6)]),
        // The input changes from run to run such that it runs in some and not in others.
        ["cascade"] = (
            new CascadeStepSpec("s", new CascadeRuleSpec(X, "max-below", 5), [new SigmoidStepSpec("inner", X, "z")],
                new Dictionary<string, CascadeOutputSpec>(StringComparer.Ordinal) { [Y] = new("z", X) }, "ran"),
            [Float(2, 6), TestModel.Tensor("ran", TensorElementType.Bool)]),
    };

    /// <summary>float32, or int64 for the kinds that read class numbers.</summary>
    internal static TensorElementType InputType(string kind) => kind is "vote" or "weighted-vote" ? TensorElementType.Int64 : TensorElementType.Float32;

    internal static (string, byte[])[] Files(string kind)
    {
        if (kind is not ("onnx" or "stack"))
        {
            return [];
        }
        var builder = new OnnxModelBuilder().Input("a", TensorElementType.Float32, [2, 6]).Output("b", TensorElementType.Float32);
        builder.Node("Relu", ["a"], "b");
        return [("relu.onnx", builder.Build())];
    }

    internal static ModelManifest Manifest(string kind) => TestModel.Manifest([TestModel.Tensor(X, InputType(kind), 2, 6)], All[kind].Outputs, All[kind].Step);

    private static IEnumerable<TensorSpec> Ballot(TensorElementType countType) =>
        [TestModel.Tensor(Y, TensorElementType.Int64, 2, 6), TestModel.Tensor("counts", countType, 2, 6, 3), TestModel.Tensor("shares", TensorElementType.Float32, 2, 6, 3)];

    private static TensorSpec Float(params long[] shape) => TestModel.Tensor(Y, TensorElementType.Float32, shape);

    private static Dictionary<string, string> Map(string port, string tensor) => new(StringComparer.Ordinal) { [port] = tensor };
}
