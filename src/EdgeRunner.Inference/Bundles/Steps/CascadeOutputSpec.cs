namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Where an output of a cascade comes from.</summary>
/// <param name="Then">Tensor that an inner step makes; taken when they ran.</param>
/// <param name="Else">Tensor from before the cascade, of the same type and shape; taken when they did not.</param>
public sealed record CascadeOutputSpec(string Then, string Else);
