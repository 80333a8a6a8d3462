namespace EdgeRunner.Trust.Repository;

/// <summary>A published file that no device can need any more.</summary>
/// <param name="Path">Relative to the repository, with <c>/</c>.</param>
/// <param name="Bytes">Its length.</param>
public sealed record UnneededFile(string Path, long Bytes);
