namespace EdgeRunner.Trust.Repository;

/// <summary>A key of a role.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="Scheme">E.g. <c>ecdsa-sha2-nistp256</c>.</param>
public sealed record KeyStatus(string KeyId, string Scheme);
