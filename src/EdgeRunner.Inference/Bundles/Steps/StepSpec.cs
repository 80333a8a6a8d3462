using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>One step of the graph. The JSON member <c>step</c> says which kind. A new kind is a new derived record, an entry below, and
/// an entry in <see cref="Graphs.StepKinds"/>, which joins it to its rule and its kernel.</summary>
/// <param name="Name">Name of the step in messages and statistics; unique in the graph.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(OnnxStepSpec), "onnx")]
[JsonDerivedType(typeof(SelectStepSpec), "select")]
[JsonDerivedType(typeof(SliceStepSpec), "slice")]
[JsonDerivedType(typeof(ConcatStepSpec), "concat")]
[JsonDerivedType(typeof(ReshapeStepSpec), "reshape")]
[JsonDerivedType(typeof(TransposeStepSpec), "transpose")]
[JsonDerivedType(typeof(CastStepSpec), "cast")]
[JsonDerivedType(typeof(ScaleStepSpec), "scale")]
[JsonDerivedType(typeof(ClipStepSpec), "clip")]
[JsonDerivedType(typeof(NormaliseStepSpec), "normalise")]
[JsonDerivedType(typeof(SoftmaxStepSpec), "softmax")]
[JsonDerivedType(typeof(SigmoidStepSpec), "sigmoid")]
[JsonDerivedType(typeof(ArgmaxStepSpec), "argmax")]
[JsonDerivedType(typeof(TopKStepSpec), "top-k")]
[JsonDerivedType(typeof(ThresholdStepSpec), "threshold")]
[JsonDerivedType(typeof(AverageStepSpec), "average")]
[JsonDerivedType(typeof(WeightedAverageStepSpec), "weighted-average")]
[JsonDerivedType(typeof(VoteStepSpec), "vote")]
[JsonDerivedType(typeof(WeightedVoteStepSpec), "weighted-vote")]
[JsonDerivedType(typeof(SoftVoteStepSpec), "soft-vote")]
[JsonDerivedType(typeof(BoostStepSpec), "boost")]
[JsonDerivedType(typeof(StackStepSpec), "stack")]
[JsonDerivedType(typeof(CascadeStepSpec), "cascade")]
public abstract record StepSpec(string Name)
{
    /// <summary>Names of the graph's tensors this step reads.</summary>
    [JsonIgnore]
    public abstract IEnumerable<string> Reads { get; }

    /// <summary>Names of the graph's tensors this step makes.</summary>
    [JsonIgnore]
    public abstract IEnumerable<string> Makes { get; }

    /// <summary>The <c>.onnx</c> files of the bundle this step runs.</summary>
    [JsonIgnore]
    public virtual IEnumerable<string> OnnxFiles => [];

    /// <summary>Every file of the bundle this step needs, those of <see cref="OnnxFiles"/> included.</summary>
    [JsonIgnore]
    public virtual IEnumerable<string> UsesFiles => OnnxFiles;

    /// <summary>Steps inside this one, in the order in which they run.</summary>
    [JsonIgnore]
    public virtual IReadOnlyList<StepSpec> Nested => [];

    /// <summary>Tensors of <see cref="Nested"/> that this step takes out of it.</summary>
    [JsonIgnore]
    public virtual IEnumerable<string> ReadsNested => [];

    /// <summary>This step and all inside it.</summary>
    internal IEnumerable<StepSpec> WithNested() => Nested.SelectMany(step => step.WithNested()).Prepend(this);
}
