namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Body of <c>/healthz</c>.</summary>
/// <param name="Healthy">All checks are well.</param>
/// <param name="Checks">Each; null where nobody shall read them.</param>
internal sealed record HealthAnswer(bool Healthy, IReadOnlyList<DepotCheck>? Checks);
