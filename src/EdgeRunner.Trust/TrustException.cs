namespace EdgeRunner.Trust;

/// <summary>Something could not be trusted, or could not be had. What was trusted before still is, and the same call may be made
/// again.</summary>
/// <remarks>Disk trouble is <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</remarks>
public abstract class TrustException : Exception
{
    private const int MaxLength = 600;

    private protected TrustException(TrustFailure failure, string message, Exception? inner)
        : base(OneLine(message) + (TrustAdvice.For(failure) is { } advice ? ". " + advice : ""), inner) => Failure = failure;

    /// <summary>What to branch on.</summary>
    public TrustFailure Failure { get; }

    /// <summary>Role names and values come from a file that nobody has signed: they must not be able to forge a line of a log.</summary>
    private protected static string OneLine(string text)
    {
        var line = text.Length <= MaxLength ? text : text[..MaxLength] + "…";
        return line.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && line.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0
            ? line
            : string.Concat(line.Select(c => char.IsControl(c) ? '?' : c));
    }
}
