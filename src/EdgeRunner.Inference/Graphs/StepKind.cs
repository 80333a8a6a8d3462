using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;

namespace EdgeRunner.Inference.Graphs;

/// <summary>The type-and-shape rule of a step kind: adds what does not fit to the errors, and says what the step makes.</summary>
internal delegate void StepRule<in TSpec>(TSpec step, StepCheck check);

/// <summary>Adds to a plan what a step does at run time; nothing when its results lie in memory that others fill.</summary>
internal delegate void StepCompiler<in TSpec>(TSpec step, PlanBuilder plan);

/// <summary>A kind of step: what joins a record of the manifest to its rule and its kernel.</summary>
internal sealed class StepKind
{
    private readonly Action<StepSpec, StepCheck> _check;
    private readonly Action<StepSpec, PlanBuilder> _compile;

    private StepKind(string name, Type specType, bool takesOpenShapes, Action<StepSpec, StepCheck> check, Action<StepSpec, PlanBuilder> compile)
    {
        Name = name;
        SpecType = specType;
        TakesOpenShapes = takesOpenShapes;
        _check = check;
        _compile = compile;
    }

    /// <summary>The value of the JSON member <c>step</c>.</summary>
    internal string Name { get; }

    /// <summary>Its record.</summary>
    internal Type SpecType { get; }

    /// <summary>Whether the rule is asked even when the shape of a tensor that the step reads is not fully known.</summary>
    internal bool TakesOpenShapes { get; }

    internal static StepKind Of<TSpec>(string name, StepRule<TSpec> rule, StepCompiler<TSpec> compiler, bool takesOpenShapes = false) where TSpec : StepSpec =>
        new(name, typeof(TSpec), takesOpenShapes, (step, check) => rule((TSpec)step, check), (step, plan) => compiler((TSpec)step, plan));

    /// <summary>Applies the rule.</summary>
    internal void Check(StepSpec step, StepCheck check) => _check(step, check);

    /// <summary>Adds the kernel.</summary>
    internal void Compile(StepSpec step, PlanBuilder plan) => _compile(step, plan);
}
