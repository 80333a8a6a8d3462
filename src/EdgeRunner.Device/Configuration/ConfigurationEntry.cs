namespace EdgeRunner.Device.Configuration;

/// <summary>One effective value.</summary>
/// <param name="Key">Full path, e.g. <c>broker.port</c>.</param>
/// <param name="Value">As written in JSON; secrets are <c>"***"</c>.</param>
/// <param name="Origin">Where it comes from.</param>
internal sealed record ConfigurationEntry(string Key, string Value, ConfigurationOrigin Origin);
