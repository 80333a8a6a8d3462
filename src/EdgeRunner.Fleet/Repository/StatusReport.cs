using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What <c>repo status</c> says.</summary>
/// <param name="Repository">Its directory.</param>
/// <param name="OnlineKeys">Directory of the online keys.</param>
/// <param name="Published">Whether devices can use it.</param>
/// <param name="Roles">Published roles.</param>
/// <param name="Waiting">What is staged.</param>
/// <param name="Warnings">What somebody has to do: roles that expire soon, online keys that are missing.</param>
internal sealed record StatusReport(string Repository, string OnlineKeys, bool Published, IReadOnlyList<RoleStatusReport> Roles, IReadOnlyList<WaitingRole> Waiting,
    IReadOnlyList<string> Warnings);
