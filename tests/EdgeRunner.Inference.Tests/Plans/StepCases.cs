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

    /// <summary>By kind: what the step makes of a float32[2, 6].</summary>
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
        // The input changes from run to run such that it runs in some and not in others.
        ["cascade"] = (
            new CascadeStepSpec("s", new CascadeRuleSpec(X, "max-below", 5), [new SigmoidStepSpec("inner", X, "z")],
                new Dictionary<string, CascadeOutputSpec>(StringComparer.Ordinal) { [Y] = new("z", X) }, "ran"),
            [Float(2, 6), TestModel.Tensor("ran", TensorElementType.Bool)]),
    };

    internal static (string, byte[])[] Files(string kind)
    {
        if (!string.Equals(kind, "onnx", StringComparison.Ordinal))
        {
            return [];
        }
        var builder = new OnnxModelBuilder().Input("a", TensorElementType.Float32, [2, 6]).Output("b", TensorElementType.Float32);
        builder.Node("Relu", ["a"], "b");
        return [("relu.onnx", builder.Build())];
    }

    internal static ModelManifest Manifest(string kind) => TestModel.Manifest([TestModel.Tensor(X, TensorElementType.Float32, 2, 6)], All[kind].Outputs, All[kind].Step);

    private static TensorSpec Float(params long[] shape) => TestModel.Tensor(Y, TensorElementType.Float32, shape);

    private static Dictionary<string, string> Map(string port, string tensor) => new(StringComparer.Ordinal) { [port] = tensor };
}
