namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Brings values to a common scale: by numbers found in training, or by those of the entries along an axis themselves.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A float tensor.</param>
/// <param name="Output">The same type and shape.</param>
/// <param name="Method">
/// <c>given</c>: <c>(x - mean) / deviation</c> with the lists below.
/// <c>z-score</c>: the same with mean and (population) standard deviation of the entries along the axis.
/// <c>min-max</c>: <c>(x - min) / (max - min)</c>. <c>l1</c>, <c>l2</c>, <c>max</c>: divided by the sum of magnitudes, by the root of the sum of squares, by
/// the largest magnitude. Where the divisor would be 0 it is 1, as in scikit-learn.
/// </param>
/// <param name="Mean">For <c>given</c>: one number, or one for each entry along the axis; 0 when absent.</param>
/// <param name="Deviation">For <c>given</c>: one number, or one for each entry along the axis, none of them 0; 1 when absent.</param>
/// <param name="Axis">Dimension the lists and the entries go along; -1 is the last.</param>
public sealed record NormaliseStepSpec(
    string Name,
    string Input,
    string Output,
    string Method,
    IReadOnlyList<double>? Mean = null,
    IReadOnlyList<double>? Deviation = null,
    int Axis = -1) : UnaryStepSpec(Name, Input, Output)
{
    internal const string Given = "given";

    internal static readonly string[] Methods = [Given, "z-score", "min-max", "l1", "l2", "max"];
}
