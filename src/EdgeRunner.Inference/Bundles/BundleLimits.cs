namespace EdgeRunner.Inference.Bundles;

/// <summary>What a bundle may be at most. Checked against the headers before anything is allocated.</summary>
public sealed record BundleLimits
{
    /// <summary>The defaults.</summary>
    public static BundleLimits Default { get; } = new();

    /// <summary>Length of the whole file, in bytes. 1 GiB: more than any board we serve would load; never above 4 GiB - 2, the end of
    /// ZIP without its 64-bit extension.</summary>
    public long MaxBundleBytes { get; init; } = 1L << 30;

    /// <summary>Length of one file in it, in bytes. 1 GiB; never above <see cref="Array.MaxLength"/>.</summary>
    public long MaxFileBytes { get; init; } = 1L << 30;

    /// <summary>Number of files, <c>model.json</c> included. 256: an ensemble of 50 members with two golden cases fits.</summary>
    public int MaxFiles { get; init; } = 256;

    /// <summary>Length of <c>model.json</c>, in bytes. 1 MiB: labels of a 20 000-class model fit.</summary>
    public int MaxManifestBytes { get; init; } = 1 << 20;
}
