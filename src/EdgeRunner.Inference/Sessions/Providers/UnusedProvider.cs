namespace EdgeRunner.Inference.Sessions.Providers;

/// <summary>An execution provider that was wanted and is not used.</summary>
/// <param name="Provider"><c>tensorrt</c> or <c>cuda</c>.</param>
/// <param name="Reason">Why, and what would mend it, in plain words.</param>
public sealed record UnusedProvider(string Provider, string Reason);
