using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.Fleet.Encryption;

/// <summary>How a new version is to be encrypted.</summary>
/// <param name="Groups">For whom.</param>
/// <param name="Mode">How.</param>
/// <param name="Rotate">Mode chunked: take a new secret.</param>
/// <param name="KeepSecret">Mode chunked: keep the secret although devices have it that the version is not for.</param>
internal sealed record EncryptionRequest(IReadOnlyList<string> Groups, SealMode Mode, bool Rotate, bool KeepSecret);
