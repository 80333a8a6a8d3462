namespace EdgeRunner.Trust;

/// <summary>The repository could not be reached, broke off, or did not answer in time. Nothing is said about what it holds.</summary>
/// <remarks>Thrown by implementations of <see cref="Client.IMetadataFetcher"/> and <see cref="Client.ITargetFetcher"/>, which put the host and the act into the
/// message.</remarks>
public sealed class RepositoryUnavailableException(string message, Exception? inner = null)
    : TrustException(TrustFailure.Unavailable, message, inner);
