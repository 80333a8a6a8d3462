using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Ensembles;
using EdgeRunner.Inference.Graphs.Rules;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Inference.Plans.Kernels;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Every kind of step. The one list to extend, with the attributes of <see cref="StepSpec"/>; a test holds the two against each other.</summary>
internal static class StepKinds
{
    internal static IReadOnlyList<StepKind> All { get; } =
    [
        StepKind.Of<OnnxStepSpec>("onnx", OnnxRule.Check, OnnxPlanStep.Compile, takesOpenShapes: true),
        StepKind.Of<SelectStepSpec>("select", SelectRule.Check, SelectStep.Compile),
        StepKind.Of<SliceStepSpec>("slice", SliceRule.Check, StridedCopyStep.CompileSlice),
        StepKind.Of<ConcatStepSpec>("concat", ConcatRule.Check, ConcatStep.Compile),
        StepKind.Of<ReshapeStepSpec>("reshape", ReshapeRule.Check, CopyStep.Compile),
        StepKind.Of<TransposeStepSpec>("transpose", TransposeRule.Check, StridedCopyStep.CompileTranspose),
        StepKind.Of<CastStepSpec>("cast", CastRule.Check, CastStep.Compile),
        StepKind.Of<ScaleStepSpec>("scale", ScaleRule.Check, ScaleStep.Compile),
        StepKind.Of<ClipStepSpec>("clip", ClipRule.Check, ClipStep.Compile),
        StepKind.Of<NormaliseStepSpec>("normalise", NormaliseRule.Check, NormaliseStep.Compile),
        StepKind.Of<SoftmaxStepSpec>("softmax", AxisRule.CheckSoftmax, SoftmaxStep.Compile),
        StepKind.Of<SigmoidStepSpec>("sigmoid", FloatMapRule.Check, SigmoidStep.Compile),
        StepKind.Of<ArgmaxStepSpec>("argmax", AxisRule.CheckArgmax, ArgmaxStep.Compile),
        StepKind.Of<TopKStepSpec>("top-k", AxisRule.CheckTopK, TopKStep.Compile),
        StepKind.Of<ThresholdStepSpec>("threshold", ThresholdRule.Check, ThresholdStep.Compile),
        StepKind.Of<AverageStepSpec>("average", AverageRule.Check, AverageStep.Compile),
        StepKind.Of<WeightedAverageStepSpec>("weighted-average", AverageRule.Check, AverageStep.Compile),
        StepKind.Of<VoteStepSpec>("vote", VoteRule.Check, VoteStep.Compile),
        StepKind.Of<WeightedVoteStepSpec>("weighted-vote", VoteRule.Check, VoteStep.Compile),
        StepKind.Of<SoftVoteStepSpec>("soft-vote", SoftVoteRule.Check, SoftVoteStep.Compile),
        StepKind.Of<BoostStepSpec>("boost", BoostRule.Check, BoostStep.Compile),
        StepKind.Of<StackStepSpec>("stack", StackRule.Check, StackStep.Compile),
        StepKind.Of<CascadeStepSpec>("cascade", CascadeRule.Check, CascadeStep.Compile, takesOpenShapes: true),
    ];

    private static readonly Dictionary<Type, StepKind> BySpec = All.ToDictionary(kind => kind.SpecType);

    /// <summary>The kind of a step.</summary>
    internal static StepKind Of(StepSpec step) => BySpec[step.GetType()];
}
