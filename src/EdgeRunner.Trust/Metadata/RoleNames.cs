using System.Text;

namespace EdgeRunner.Trust.Metadata;

/// <summary>Names of roles and of the files they live in.</summary>
public static class RoleNames
{
    /// <summary>The role that names the keys of the other three.</summary>
    public const string Root = "root";

    /// <summary>The role that says which snapshot is newest.</summary>
    public const string Timestamp = "timestamp";

    /// <summary>The role that lists the version of every targets role.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>The role that every search for a target starts at.</summary>
    public const string Targets = "targets";

    /// <summary>Bytes that a role's name may take as a file name; the file system's 255 less version, suffix and the mark of a temporary
    /// file.</summary>
    public const int MaxFileNameBytes = 200;

    /// <summary>True for the four roles that root names.</summary>
    public static bool IsTopLevel(string role) => role is Root or Timestamp or Snapshot or Targets;

    /// <summary>The name of a role's file: percent-encoded, so that <c>../a</c> and <c>a/b</c> are names and not paths.</summary>
    /// <example><c>models/vision</c> gives <c>models%2Fvision.json</c>.</example>
    public static string FileName(string role) => Uri.EscapeDataString(role) + ".json";

    /// <summary>The name of one version of a role's file.</summary>
    /// <example><c>3.models%2Fvision.json</c>.</example>
    public static string FileName(string role, long version) => $"{version}.{FileName(role)}";

    /// <summary>True when a delegated role may have that name.</summary>
    internal static bool IsUsable(string role) =>
        role.Length > 0 && !IsTopLevel(role) && Encoding.UTF8.GetByteCount(Uri.EscapeDataString(role)) <= MaxFileNameBytes;
}
