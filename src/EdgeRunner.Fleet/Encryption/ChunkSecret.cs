namespace EdgeRunner.Fleet.Encryption;

/// <summary>The secret of a model in mode chunked.</summary>
/// <param name="Key">32 bytes.</param>
/// <param name="SharedWith">Thumbprints of all device keys that ever got it: they can read every version under it.</param>
internal sealed record ChunkSecret(byte[] Key, IReadOnlyList<string> SharedWith);
