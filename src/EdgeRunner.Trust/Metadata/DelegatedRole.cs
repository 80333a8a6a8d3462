using System.Security.Cryptography;
using System.Text;

namespace EdgeRunner.Trust.Metadata;

/// <summary>One delegation: who else may speak for some paths.</summary>
/// <param name="Name">Of the role.</param>
/// <param name="Keys">Who signs it.</param>
/// <param name="Terminating">When the path is this role's, no role after it is asked.</param>
/// <param name="Paths">Patterns (<see cref="PathPattern"/>); null when <paramref name="PathHashPrefixes"/> is given.</param>
/// <param name="PathHashPrefixes">Beginnings of the hex SHA-256 of a path; null when <paramref name="Paths"/> is given.</param>
public sealed record DelegatedRole(string Name, RoleKeys Keys, bool Terminating, IReadOnlyList<string>? Paths, IReadOnlyList<string>? PathHashPrefixes)
{
    /// <summary>True when the role may speak for the target.</summary>
    public bool Covers(string targetPath)
    {
        if (Paths is not null)
        {
            return Paths.Any(p => PathPattern.Matches(p, targetPath));
        }
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(targetPath)));
        return PathHashPrefixes!.Any(p => digest.StartsWith(p, StringComparison.Ordinal));
    }

    internal static DelegatedRole Read(MetadataField field)
    {
        var name = field.Member("name").Text();
        if (!RoleNames.IsUsable(name))
        {
            throw field.Wrong($"a role name other than the four top-level ones, of 1 to {RoleNames.MaxFileNameBytes} bytes percent-encoded", name);
        }
        var paths = field.Optional("paths")?.Texts();
        var prefixes = field.Optional("path_hash_prefixes")?.Texts();
        return (paths is null) != (prefixes is null)
            ? new DelegatedRole(name, RoleKeys.Read(field), field.Member("terminating").Boolean(), paths, prefixes)
            : throw field.Wrong("either paths or path_hash_prefixes", paths is null ? "neither" : "both");
    }
}
