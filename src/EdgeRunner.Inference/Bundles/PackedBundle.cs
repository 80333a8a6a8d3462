namespace EdgeRunner.Inference.Bundles;

/// <summary>What <see cref="BundlePacker"/> wrote.</summary>
/// <param name="Path">The bundle.</param>
/// <param name="Manifest">The manifest in it, with digests.</param>
/// <param name="Sha256">Digest of the bundle file.</param>
/// <param name="SizeBytes">Length of the bundle file.</param>
/// <param name="LeftOut">Files of the author's directory that <c>model.json</c> does not use, and that are not in the bundle.</param>
public sealed record PackedBundle(string Path, ModelManifest Manifest, string Sha256, long SizeBytes, IReadOnlyList<string> LeftOut);
