namespace EdgeRunner.Device.Updates.States;

/// <summary>A release as signed metadata named it when it was taken.</summary>
/// <param name="Version">For people.</param>
/// <param name="Number">The order that counts.</param>
/// <param name="Sha256">Digest of its target, lowercase hex: of the ciphertext when it is encrypted.</param>
/// <param name="Length">Bytes of that target.</param>
internal sealed record KnownRelease(string Version, long Number, string Sha256, long Length)
{
    /// <summary>Digest of the bundle as it lies in the store; null before it does.</summary>
    public string? BundleSha256 { get; init; }
}
