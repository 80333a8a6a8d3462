namespace EdgeRunner.Device.Swaps;

/// <summary>Body of <c>POST /v1/models/NAME/activate</c>.</summary>
/// <param name="Version">An installed version.</param>
/// <param name="PeakBytes">Memory that a probe has measured, in bytes; null takes what the manifest declares, or an estimate.</param>
internal sealed record ActivationRequest(string Version, long? PeakBytes = null);
