namespace EdgeRunner.Trust.Repository;

/// <summary>What a verification found to be right.</summary>
/// <param name="Roots">Root versions, from the first that was trusted to the newest.</param>
/// <param name="Roles">Role and version of every other role.</param>
/// <param name="Targets">Targets whose file is there and right.</param>
/// <param name="Problems">What is wrong; empty when all is well.</param>
public sealed record VerifiedRepository(string Roots, IReadOnlyDictionary<string, long> Roles, int Targets, IReadOnlyList<string> Problems)
{
    /// <summary>True when nothing is wrong.</summary>
    public bool IsValid => Problems.Count == 0;
}
