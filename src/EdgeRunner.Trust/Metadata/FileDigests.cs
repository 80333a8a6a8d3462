using System.Security.Cryptography;

namespace EdgeRunner.Trust.Metadata;

/// <summary>The digests that a file must have. All of those that we know must match, and at least one must be known.</summary>
public sealed class FileDigests
{
    private FileDigests(IReadOnlyDictionary<string, string> all) => All = all;

    /// <summary>Name of the algorithm to lowercase hex, known or not.</summary>
    public IReadOnlyDictionary<string, string> All { get; }

    /// <summary>The digest that goes before the name of a target with consistent snapshots: SHA-256, else SHA-512; null when neither is
    /// there.</summary>
    public string? Preferred => All.GetValueOrDefault("sha256") ?? All.GetValueOrDefault("sha512");

    /// <summary>The SHA-256 of a content.</summary>
    public static FileDigests Of(ReadOnlySpan<byte> content) => OfSha256(SHA256.HashData(content));

    /// <summary>A SHA-256 that was computed already.</summary>
    public static FileDigests OfSha256(ReadOnlySpan<byte> digest) =>
        new(new Dictionary<string, string>(StringComparer.Ordinal) { ["sha256"] = Convert.ToHexStringLower(digest) });

    /// <summary>Compares a content with every digest that we know.</summary>
    /// <returns>Null when all match; else what was expected and what there is.</returns>
    public (string Expected, string Found)? Mismatch(ReadOnlySpan<byte> content)
    {
        using var check = new DigestCheck(this);
        check.Append(content);
        return check.Mismatch();
    }

    internal static FileDigests Read(MetadataField field)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in field.Fields())
        {
            var hex = value.Text();
            var length = name switch { "sha256" => 64, "sha512" => 128, _ => hex.Length };
            if (hex.Length != length || hex.Length == 0 || !hex.All(char.IsAsciiHexDigitLower))
            {
                throw value.Wrong($"lowercase hex{(length == hex.Length ? "" : $" of {length} digits")}", hex);
            }
            all.Add(name, hex);
        }
        return all.Count > 0 ? new FileDigests(all) : throw field.Wrong("at least one digest", "none");
    }
}
