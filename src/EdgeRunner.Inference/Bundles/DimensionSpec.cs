namespace EdgeRunner.Inference.Bundles;

/// <summary>A dimension that may differ from run to run.</summary>
/// <param name="Minimum">Smallest size; at least 1.</param>
/// <param name="Maximum">Largest size.</param>
/// <param name="Default">Size after loading, which sensor pipelines and golden cases use.</param>
public sealed record DimensionSpec(long Minimum, long Maximum, long Default);
