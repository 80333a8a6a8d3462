namespace EdgeRunner.Fleet.Repository;

/// <summary>A signature that was made or taken over.</summary>
internal sealed record MadeSignature(string Role, string KeyId);
