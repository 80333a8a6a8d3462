namespace EdgeRunner.Trust.Encryption;

/// <summary>How a bundle is encrypted.</summary>
public enum SealMode
{
    /// <summary>As one stream under a key of its own (<see cref="SegmentedCipher"/>): gives away its length and nothing else. A device fetches all of each version.</summary>
    Single,

    /// <summary>Chunk by chunk under a secret of the model (<see cref="ChunkedCipher"/>): gives away which chunks two versions share. A device fetches only what is new.</summary>
    Chunked,
}
