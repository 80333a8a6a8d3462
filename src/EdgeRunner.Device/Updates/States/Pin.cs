namespace EdgeRunner.Device.Updates.States;

/// <summary>A version that a person has fixed on this device.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="At">Since when, by the device's clock.</param>
internal sealed record Pin(string Model, string Version, DateTimeOffset At);
