using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Fleet.Repository;

/// <summary>A key of a person that a new repository names.</summary>
/// <param name="Key">Its public half.</param>
/// <param name="PrivateFile">Where its private half is, when that is at hand to sign with.</param>
internal sealed record OfflineKey(PublicKey Key, string? PrivateFile);
