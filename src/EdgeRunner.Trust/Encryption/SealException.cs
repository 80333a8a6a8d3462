namespace EdgeRunner.Trust.Encryption;

/// <summary>Something that is encrypted cannot be read, or a device key cannot be used. The message says what and what would be right, and never a part of a key.</summary>
/// <remarks>Disk trouble is <see cref="IOException"/>.</remarks>
public sealed class SealException(SealFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to branch on.</summary>
    public SealFailure Failure { get; } = failure;
}
