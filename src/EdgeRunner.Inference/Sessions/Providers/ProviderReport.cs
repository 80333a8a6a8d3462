namespace EdgeRunner.Inference.Sessions.Providers;

/// <summary>With which execution providers an ONNX file was opened.</summary>
/// <param name="Model">Name and version of the model.</param>
/// <param name="File">The ONNX file.</param>
/// <param name="Used">In order; <c>cpu</c> is always last.</param>
/// <param name="NotUsed">Those that were wanted and could not be had, each with why, and what would mend it.</param>
public sealed record ProviderReport(string Model, string File, IReadOnlyList<string> Used, IReadOnlyList<UnusedProvider> NotUsed);
