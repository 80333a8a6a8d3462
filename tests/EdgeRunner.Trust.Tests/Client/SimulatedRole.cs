using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>What the simulator knows of one role: change it, then publish it.</summary>
internal sealed class SimulatedRole(string name)
{
    internal string Name { get; } = name;

    /// <summary>Keys that the delegator names.</summary>
    internal List<KeyPair> Keys { get; } = [TestKeys.Next()];

    /// <summary>Who signs; null for all of <see cref="Keys"/>.</summary>
    internal List<KeyPair>? Signers { get; set; }

    internal long Threshold { get; set; } = 1;

    internal long Version { get; set; }

    internal DateTimeOffset Expires { get; set; } = RepositorySimulator.Start.AddDays(30);

    internal Dictionary<string, TargetFile> Targets { get; } = new(StringComparer.Ordinal);

    /// <summary>In order.</summary>
    internal List<SimulatedDelegation> Delegations { get; } = [];

    internal RoleKeys RoleKeys => new([.. Keys.Select(k => k.PublicKey.KeyId)], Threshold);

    internal MetadataHeader Header => new(MetadataHeader.WrittenSpecVersion, Version, Expires);

    /// <summary>Throws all keys away and takes new ones.</summary>
    internal void RotateKeys()
    {
        for (var i = 0; i < Keys.Count; i++)
        {
            Keys[i] = TestKeys.Next();
        }
    }
}
