namespace EdgeRunner.Trust;

/// <summary>A target is not in the repository, or what was fetched for it is not it. Nothing of it is kept.</summary>
public sealed class TargetException(TrustFailure failure, string targetPath, string expected, string found)
    : TrustException(failure, $"target {targetPath} refused ({failure}): expected {expected}, found {found}", inner: null)
{
    /// <summary>The path that was asked for.</summary>
    public string TargetPath { get; } = targetPath;

    /// <summary>What would have been right.</summary>
    public string Expected { get; } = OneLine(expected);

    /// <summary>What there was.</summary>
    public string Found { get; } = OneLine(found);
}
