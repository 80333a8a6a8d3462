using System.Buffers;
using System.Globalization;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>A file below <c>metadata</c> or <c>targets</c>.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Role">The role whose metadata it is; null for a target, and for what is no published file.</param>
/// <param name="Version">Of the metadata; 0 where there is none.</param>
/// <param name="IsTarget">Its name is that of a target, with a digest.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Written">When it was written last.</param>
internal readonly record struct PublishedFile(string Path, string? Role, long Version, bool IsTarget, long Bytes, DateTimeOffset Written)
{
    private const int MaxVersionDigits = 18;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>All files of both directories, by name. Links are not followed: what is behind one is not ours.</summary>
    internal static IReadOnlyList<PublishedFile> ReadAll(RepositoryLayout layout) => [.. ReadMetadata(layout), .. Targets(layout)];

    /// <summary>The files of <c>metadata</c>.</summary>
    internal static IEnumerable<PublishedFile> ReadMetadata(RepositoryLayout layout)
    {
        foreach (var file in Files(layout.Metadata, recurse: false))
        {
            var (role, version) = ReadName(file.Name);
            yield return new PublishedFile(file.FullName, role, version, IsTarget: false, file.Length, Modified(file));
        }
    }

    /// <summary>Reads a role's file; null when it is missing or damaged.</summary>
    internal static T? TryRead<T>(RepositoryLayout layout, string role, long version, Func<Envelope, T> read)
        where T : class
    {
        try
        {
            return read(Envelope.Parse(role, File.ReadAllBytes(layout.RoleFile(role, version))));
        }
        catch (Exception e) when (e is MetadataException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static IEnumerable<PublishedFile> Targets(RepositoryLayout layout) =>
        Files(layout.Targets, recurse: true).Select(file => new PublishedFile(file.FullName, Role: null, 0, IsTargetName(file.Name), file.Length, Modified(file)));

    private static IEnumerable<FileInfo> Files(string directory, bool recurse) => !Directory.Exists(directory) ? [] : new DirectoryInfo(directory)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = recurse, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false, MatchType = MatchType.Simple })
        .Where(f => !f.Name.EndsWith(RepositoryLayout.TemporarySuffix, StringComparison.Ordinal) || f.Name[0] != '.').OrderBy(f => f.FullName, StringComparer.Ordinal);

    private static DateTimeOffset Modified(FileInfo file) => new(file.LastWriteTimeUtc);

    private static (string? Role, long Version) ReadName(string name)
    {
        if (string.Equals(name, RoleNames.FileName(RoleNames.Timestamp), StringComparison.Ordinal))
        {
            return (RoleNames.Timestamp, 0);
        }
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        const string Suffix = ".json";
        if (dot is < 1 or > MaxVersionDigits || name.Length <= dot + 1 + Suffix.Length || !name.EndsWith(Suffix, StringComparison.Ordinal) ||
            !long.TryParse(name.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return default;
        }
        var role = Uri.UnescapeDataString(name[(dot + 1)..^Suffix.Length]);
        // Only the name that we write: what looks a little different was put there by somebody else.
        return version > 0 && role is not RoleNames.Timestamp && string.Equals(RoleNames.FileName(role, version), name, StringComparison.Ordinal) ? (role, version) : default;
    }

    private static bool IsTargetName(string name)
    {
        const int Sha256Digits = 64;
        const int Sha512Digits = 128;
        var digits = name.IndexOf('.', StringComparison.Ordinal);
        return digits is Sha256Digits or Sha512Digits && name.Length > digits + 1 && !name.AsSpan(0, digits).ContainsAnyExcept(LowerHex);
    }
}
