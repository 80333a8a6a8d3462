namespace EdgeRunner.Fleet.Repository;

/// <summary>A staged role and what it changes, in words.</summary>
internal sealed record ChangedRole(string Role, IReadOnlyList<string> Changes);
