namespace EdgeRunner.Trust;

/// <summary>Something could not be trusted, or could not be had. What was trusted before still is, and the same call may be made
/// again.</summary>
/// <remarks>Disk trouble is <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</remarks>
public abstract class TrustException : Exception
{
    private protected TrustException(TrustFailure failure, string message, Exception? inner)
        : base(TrustAdvice.For(failure) is { } advice ? $"{message}. {advice}" : message, inner) => Failure = failure;

    /// <summary>What to branch on.</summary>
    public TrustFailure Failure { get; }
}
