using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.Fleet.Encryption;

/// <summary>What is needed to encrypt the key of a version for other devices.</summary>
/// <param name="Version">The version.</param>
/// <param name="Release">Its release number.</param>
/// <param name="Mode">How the bundle is encrypted.</param>
/// <param name="Key">32 bytes.</param>
/// <param name="PlainLength">Bytes of the bundle.</param>
/// <param name="PlainSha256">Of the bundle.</param>
/// <param name="Groups">Groups that it is encrypted for.</param>
internal sealed record EncryptedRelease(string Version, long Release, SealMode Mode, byte[] Key, long PlainLength, string PlainSha256, IReadOnlyList<string> Groups);
