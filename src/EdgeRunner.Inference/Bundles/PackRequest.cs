namespace EdgeRunner.Inference.Bundles;

/// <summary>What <see cref="BundlePacker"/> is to pack.</summary>
/// <param name="Directory">The author's directory, with <c>model.json</c>.</param>
/// <param name="OutputFile">Where the bundle goes; null is <c>NAME-VERSION.ermodel</c> in the current directory.</param>
/// <param name="FilesElsewhere">File of the bundle → path, for files that do not lie in the directory.</param>
/// <param name="Limits">Bounds the bundle must keep; null is the default that devices use.</param>
public sealed record PackRequest(
    string Directory, string? OutputFile = null, IReadOnlyDictionary<string, string>? FilesElsewhere = null, BundleLimits? Limits = null)
{
    /// <summary>Files that do not lie in the directory; empty when all do.</summary>
    public IReadOnlyDictionary<string, string> FilesElsewhere { get; init; } = FilesElsewhere ?? new Dictionary<string, string>(StringComparer.Ordinal);
}
