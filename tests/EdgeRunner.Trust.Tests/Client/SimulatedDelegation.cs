using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>One entry of a role's delegations.</summary>
internal sealed record SimulatedDelegation(string Role, string[]? Paths = null, bool Terminating = false, string[]? PathHashPrefixes = null)
{
    /// <summary>Keys that this delegator names; those of the role itself when null.</summary>
    internal List<KeyPair>? Keys { get; init; }

    internal long Threshold { get; init; } = 1;
}
