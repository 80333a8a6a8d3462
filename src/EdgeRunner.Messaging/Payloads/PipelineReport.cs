namespace EdgeRunner.Messaging.Payloads;

/// <summary>State of one pipeline.</summary>
/// <param name="Name">Pipeline name.</param>
/// <param name="State">E.g. <c>running</c>, <c>waiting</c>, <c>disabled</c>, <c>ended</c>, <c>failed</c>.</param>
/// <param name="Windows">Windows that were run.</param>
/// <param name="Dropped">Windows that the overload policy dropped.</param>
/// <param name="Model">Model name, or null.</param>
/// <param name="Reason">Why, in plain words; null when there is nothing to say.</param>
public sealed record PipelineReport(string Name, string State, long Windows, long Dropped, string? Model = null, string? Reason = null);
