using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary><c>Σ weight · member / Σ weight</c>, element by element.</summary>
internal sealed class AverageStep : PlanStep
{
    private readonly FloatTensor[] _members;
    private readonly MemberWeights _weights;
    private readonly FloatTensor _output;
    private readonly double[] _means;

    private AverageStep(OrtTensor[] members, MemberWeights weights, OrtTensor output)
    {
        _members = FloatTensor.Wrap(members);
        _weights = weights;
        _output = new FloatTensor(output);
        _means = new double[output.ElementCount];
    }

    internal static void Compile(AverageStepSpec step, PlanBuilder plan) =>
        plan.Add(new AverageStep(plan.Tensors(step.Inputs), new MemberWeights(weights: null, step.Inputs.Count), plan.Tensor(step.Output)));

    internal static void Compile(WeightedAverageStepSpec step, PlanBuilder plan) =>
        plan.Add(new AverageStep(plan.Tensors(step.Inputs), new MemberWeights(step.Weights, step.Inputs.Count), plan.Tensor(step.Output)));

    internal override void Run(OrtRunOptions? options)
    {
        Means(_members, _weights, _means);
        _output.Write(_means);
    }

    /// <summary>The weighted mean of the members, in the order numpy adds them.</summary>
    internal static void Means(FloatTensor[] members, MemberWeights weights, Span<double> means)
    {
        means.Clear();
        for (var i = 0; i < members.Length; i++)
        {
            members[i].AddTo(means, weights[i]);
        }
        foreach (ref var mean in means)
        {
            mean /= weights.Total;
        }
    }
}
