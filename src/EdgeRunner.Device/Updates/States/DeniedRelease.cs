namespace EdgeRunner.Device.Updates.States;

/// <summary>A release that this device does not try again by itself.</summary>
/// <param name="Sha256">Digest of its target, lowercase hex.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Code">Stable code of the reason.</param>
/// <param name="Reason">The same in plain words.</param>
/// <param name="At">When, by the device's clock.</param>
internal sealed record DeniedRelease(string Sha256, string Model, string Version, string Code, string Reason, DateTimeOffset At);
