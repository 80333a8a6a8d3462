namespace EdgeRunner.Trust;

/// <summary>A metadata file was refused. It has not been stored and nothing of it is used.</summary>
public sealed class MetadataException : TrustException
{
    /// <summary>One check that failed.</summary>
    /// <param name="failure">Which check.</param>
    /// <param name="role">The role, e.g. <c>snapshot</c> or <c>models/vision</c>.</param>
    /// <param name="version">The version the file claims or was asked for; null when that is not known.</param>
    /// <param name="expected">What would have been right.</param>
    /// <param name="found">What there was.</param>
    /// <param name="inner">The cause.</param>
    public MetadataException(TrustFailure failure, string role, long? version, string expected, string found, Exception? inner = null)
        : base(failure, $"{role}{(version is null ? "" : $" v{version}")} refused ({failure}): expected {expected}, found {found}", inner) =>
        (Role, Version, Expected, Found) = (role, version, OneLine(expected), OneLine(found));

    /// <summary>The role, e.g. <c>snapshot</c>; as in the file, so it may hold anything.</summary>
    public string Role { get; }

    /// <summary>The version the file claims or was asked for; null when that is not known.</summary>
    public long? Version { get; }

    /// <summary>What would have been right.</summary>
    public string Expected { get; }

    /// <summary>What there was.</summary>
    public string Found { get; }
}
