namespace EdgeRunner.Device.Updates.Trials;

/// <summary>What one version of a model has done on this device.</summary>
/// <param name="Version">The version.</param>
/// <param name="Pipelines">By name of the pipeline.</param>
internal sealed record VersionHistory(string Version, IReadOnlyDictionary<string, PipelineHistory> Pipelines);
