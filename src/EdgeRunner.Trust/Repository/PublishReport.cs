namespace EdgeRunner.Trust.Repository;

/// <summary>What a publication did.</summary>
/// <param name="Published">Roles with their version, e.g. <c>models/vision v3</c>, in the order in which they became valid.</param>
/// <param name="Waiting">What is staged and cannot be published yet.</param>
public sealed record PublishReport(IReadOnlyList<string> Published, IReadOnlyList<WaitingRole> Waiting);
