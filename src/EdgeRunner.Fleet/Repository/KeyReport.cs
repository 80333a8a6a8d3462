namespace EdgeRunner.Fleet.Repository;

/// <summary>A key, as <c>key generate</c> and <c>key show</c> say it.</summary>
internal sealed record KeyReport(string KeyId, string KeyType, string Scheme, string? PrivateFile, string? PublicFile, bool? Encrypted, string PublicKey);
