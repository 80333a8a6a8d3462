using System.Globalization;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Metadata;

/// <summary>What every metadata file has.</summary>
/// <param name="SpecVersion">E.g. <c>1.0.34</c>.</param>
/// <param name="Version">1 or more; grows with each publication.</param>
/// <param name="Expires">From this moment on the file is not fresh any more.</param>
public sealed record MetadataHeader(string SpecVersion, long Version, DateTimeOffset Expires)
{
    /// <summary>The specification that we write.</summary>
    public const string WrittenSpecVersion = "1.0.34";

    /// <summary>The one form of a date: UTC, whole seconds.</summary>
    public const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The two checks that come before the signatures, because they say how to read the rest.</summary>
    /// <exception cref="MetadataException"><see cref="TrustFailure.WrongType"/>, <see cref="TrustFailure.UnsupportedSpecVersion"/>, or a field is
    /// missing.</exception>
    internal static void CheckForm(Envelope envelope, string type)
    {
        var signed = new MetadataField(envelope.Role, "signed", envelope.Signed);
        var found = signed.Member("_type").Text();
        if (!string.Equals(found, type, StringComparison.Ordinal))
        {
            throw new MetadataException(TrustFailure.WrongType, envelope.Role, ClaimedVersion(envelope), $"_type \"{type}\"", $"\"{found}\"");
        }
        var specVersion = signed.Member("spec_version").Text();
        if (!IsSupported(specVersion))
        {
            throw new MetadataException(TrustFailure.UnsupportedSpecVersion, envelope.Role, ClaimedVersion(envelope), "spec_version 1.x", $"\"{specVersion}\"");
        }
    }

    internal static MetadataHeader Read(MetadataField signed)
    {
        var expires = signed.Member("expires");
        return DateTimeOffset.TryParseExact(expires.Text(), DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? new MetadataHeader(signed.Member("spec_version").Text(), signed.Member("version").Integer(min: 1), date)
            : throw expires.Wrong("a date like 2030-01-31T12:00:00Z", expires.Text());
    }

    /// <summary>The version that a file says it has, before anything of it is trusted: for messages.</summary>
    internal static long? ClaimedVersion(Envelope envelope) =>
        envelope.Signed.Find("version") is { Kind: JsonKind.Integer } version ? version.Integer : null;

    private static bool IsSupported(string version)
    {
        var parts = version.Split('.');
        return parts.Length is >= 1 and <= 3 && string.Equals(parts[0], "1", StringComparison.Ordinal)
            && parts.All(p => p.Length is > 0 and <= 9 && p.All(char.IsAsciiDigit));
    }
}
