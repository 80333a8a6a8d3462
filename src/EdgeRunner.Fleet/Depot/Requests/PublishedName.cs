using System.Buffers;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Requests;

/// <summary>Which names a published file can have. Everything else is refused before the disk is asked: paths that lead elsewhere, what waits to be signed, temporary files.</summary>
internal static class PublishedName
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private const int MaxFileName = 255;
    private const int MaxTargetName = 512 + Sha512Digits + 1;
    private const int Sha256Digits = 64;
    private const int Sha512Digits = 128;
    private const string TimestampFile = "timestamp.json";
    private const string MetadataExtension = ".json";

    /// <summary>What is wrong with a name; null when a published file can be called so.</summary>
    internal static string? FindProblem(TransferKind kind, string name) => kind is TransferKind.Metadata
        ? IsMetadata(name) ? null : $"name {Words.Quote(name)} is none of metadata: expected {TimestampFile} or VERSION.ROLE.json with the role percent-encoded"
        : IsTarget(name) ? null : $"name {Words.Quote(name)} is none of a target: expected DIRECTORY/DIGEST.FILE as the repository has it";

    /// <summary><c>timestamp.json</c> or <c>3.models%2Fvision.json</c>.</summary>
    internal static bool IsMetadata(ReadOnlySpan<char> name)
    {
        if (name is TimestampFile) return true;
        if (name.Length > MaxFileName || !name.EndsWith(MetadataExtension, StringComparison.Ordinal)) return false;
        var dot = name.IndexOf('.');
        var role = dot < 0 || dot >= name.Length - MetadataExtension.Length ? default : name[(dot + 1)..^MetadataExtension.Length];
        if (dot is < 1 or > 18 || role.IsEmpty || name[0] == '0' || name[..dot].ContainsAnyExceptInRange('0', '9')) return false;
        foreach (var character in role)
        {
            // What Uri.EscapeDataString leaves as it is, and its escapes.
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.' or '~' or '%' or '!' or '*' or '\'' or '(' or ')')) return false;
        }
        return true;
    }

    /// <summary><c>models/vision/9f86….1.2.0.ermodel</c>.</summary>
    internal static bool IsTarget(string name)
    {
        if (name.Length > MaxTargetName) return false;
        var segments = name.Split('/');
        foreach (var segment in segments)
        {
            if (segment.Length is 0 or > MaxFileName || segment[0] == '.') return false;
            foreach (var character in segment)
            {
                if (char.IsControl(character) || character == '\\') return false;
            }
        }
        var file = segments[^1];
        var digits = file.IndexOf('.', StringComparison.Ordinal);
        return digits is Sha256Digits or Sha512Digits && file.Length > digits + 1 && !file.AsSpan(0, digits).ContainsAnyExcept(LowerHex);
    }
}
