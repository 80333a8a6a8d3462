using EdgeRunner.Native.Linux;

namespace EdgeRunner.Trust.Repository;

/// <summary>The user a repository belongs to, when root works in it: the depot's, say, which runs as a user of its own and must be able to read and to sign afterwards.</summary>
/// <remarks><c>repository.json</c> is signed by nobody, and the owner's account may have been taken over. So nothing is given away but what a repository has, and never to
/// anybody else.</remarks>
public static class RepositoryOwner
{
    private static readonly string[] KeyExtensions = [".pem", ".pub"];

    /// <summary>The owner, after what root has left in the repository was given to them: by an older edgefleet, or by hand. Nobody when this process is not root, or the
    /// repository is root's.</summary>
    /// <exception cref="IOException">The directory cannot be looked at.</exception>
    public static FileOwner Of(RepositoryLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var owner = FileOwner.Of(layout.DirectoryPath);
        if (owner != default)
        {
            GiveBack(layout.DirectoryPath, name => layout.OwnNames.Contains(name, StringComparer.Ordinal), deep: true, owner);
        }
        return owner;
    }

    /// <summary>The owner of a directory of keys beside a repository, when that is the owner of the repository as well; else nobody, and what root makes there stays root's.</summary>
    /// <param name="layout">The repository.</param>
    /// <param name="directory">Need not be there.</param>
    /// <exception cref="IOException">A directory cannot be looked at.</exception>
    public static FileOwner Beside(RepositoryLayout layout, string directory)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var owner = FileOwner.Of(directory);
        return owner.UserId == FileOwner.Of(layout.DirectoryPath).UserId ? owner : default;
    }

    /// <summary>Gives keys that root has made beside a repository to its owner, when their directory is that user's as well.</summary>
    internal static void GiveBackKeys(string directory, FileOwner owner)
    {
        if (owner != default)
        {
            GiveBack(directory, name => KeyExtensions.Contains(Path.GetExtension(name), StringComparer.Ordinal), deep: false, owner);
        }
    }

    private static void GiveBack(string directory, Predicate<string> isGiven, bool deep, FileOwner owner)
    {
        try
        {
            DirectoryOwner.GiveBack(directory, isGiven, deep, owner.UserId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that knows no owners. What cannot be changed is said when it is to be changed.
        }
    }
}
