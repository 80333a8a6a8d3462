using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles;

/// <summary>One step of the graph. The JSON member <c>step</c> says which kind; a new kind is a new derived record here and a
/// new entry below.</summary>
/// <param name="Name">Name of the step in messages and statistics; unique in the graph.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(OnnxStepSpec), "onnx")]
public abstract record StepSpec(string Name)
{
    /// <summary>Names of the graph's tensors this step reads.</summary>
    [JsonIgnore]
    public abstract IEnumerable<string> Reads { get; }

    /// <summary>Names of the graph's tensors this step makes.</summary>
    [JsonIgnore]
    public abstract IEnumerable<string> Makes { get; }

    /// <summary>Files of the bundle this step needs.</summary>
    [JsonIgnore]
    public abstract IEnumerable<string> UsesFiles { get; }
}
