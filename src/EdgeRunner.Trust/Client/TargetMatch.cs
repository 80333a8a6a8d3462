using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Client;

/// <summary>A target that a role lists which may speak for its path.</summary>
/// <param name="TargetPath">Its path.</param>
/// <param name="File">Length, digests, custom.</param>
/// <param name="Role">The role that lists it.</param>
/// <param name="FetchName">What to ask the repository for.</param>
public sealed record TargetMatch(string TargetPath, TargetFile File, string Role, string FetchName)
{
    /// <exception cref="TargetException">Its name needs a digest that we can compute.</exception>
    internal static TargetMatch Create(string path, TargetFile file, string role, bool consistentSnapshot)
    {
        if (!consistentSnapshot)
        {
            return new TargetMatch(path, file, role, path);
        }
        var digest = file.Digests.Preferred ?? throw new TargetException(TrustFailure.HashMismatch, path, "a digest by sha256 or sha512",
            $"only {string.Join(", ", file.Digests.All.Keys.Take(5))}");
        var slash = path.LastIndexOf('/') + 1;
        return new TargetMatch(path, file, role, $"{path[..slash]}{digest}.{path[slash..]}");
    }
}
