namespace EdgeRunner.Messaging.Payloads;

/// <summary>State of one model.</summary>
/// <param name="Name">Model name.</param>
/// <param name="Phase">Where an update is, e.g. <c>idle</c>, <c>downloading</c>, <c>probing</c>, <c>active</c>, <c>failed</c>.</param>
/// <param name="Active">Version that serves, or null.</param>
/// <param name="Previous">Version to fall back to, or null.</param>
/// <param name="Reason">Why, in plain words; null when there is nothing to say.</param>
public sealed record ModelReport(string Name, string Phase, string? Active = null, string? Previous = null, string? Reason = null);
