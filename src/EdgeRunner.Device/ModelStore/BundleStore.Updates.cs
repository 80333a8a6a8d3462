using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.ModelStore;

internal sealed partial class BundleStore
{
    private const string WithheldFile = "withheld";

    /// <summary>Why no version of a model may be used; null when one may.</summary>
    public string? Withheld(string name)
    {
        var path = Path.Combine(Root, name, WithheldFile);
        try
        {
            return File.Exists(path) && InUse(name) is null && File.ReadAllText(path).Trim() is { Length: > 0 } words ? words : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Takes a model out of use: no version is active, and pipelines that ask for it are told why. The next activation ends it.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Withhold(string name, string words)
    {
        var directory = Path.Combine(Root, name);
        if (!Directory.Exists(directory)) return;
        lock (_change)
        {
            WriteFile(name, WithheldFile, words.ReplaceLineEndings(" ") + "\n");
            File.Delete(Path.Combine(directory, ActiveFile));
            DirectorySync.Flush(directory);
        }
    }

    /// <summary>Moves a bundle into the store; it is not the active version. Nothing is copied when both are on one disk.</summary>
    /// <param name="file">The bundle, complete and flushed; gone afterwards.</param>
    /// <param name="name">The model it must be.</param>
    /// <param name="version">The version it must be.</param>
    /// <param name="sha256">The digest it must have; null takes any.</param>
    /// <returns>Its digest.</returns>
    /// <exception cref="BundleException">It is no valid bundle. Nothing was changed.</exception>
    /// <exception cref="BundleConflictException">It is another one than it must be, or the version is installed with other content. Nothing was changed.</exception>
    /// <exception cref="IOException">It could not be moved. Nothing was changed.</exception>
    public string TakeIn(string file, string name, string version, string? sha256)
    {
        string digest;
        using (var bundle = ModelBundle.Open(file, BundleLimits.Default))
        {
            digest = bundle.Sha256;
            if (!string.Equals(bundle.Manifest.Name, name, StringComparison.Ordinal) || !string.Equals(bundle.Manifest.Version.ToString(), version, StringComparison.Ordinal))
                throw new BundleConflictException($"the release is signed as {name} {version}, but the bundle in it says {bundle.Manifest.Title}", isInstalled: false);
            if (sha256 is not null && !string.Equals(digest, sha256, StringComparison.Ordinal))
                throw new BundleConflictException($"{file} has sha256 {digest}, {sha256} was signed", isInstalled: false);
        }

        var directory = Path.Combine(Root, name);
        Directory.CreateDirectory(directory);
        DirectorySync.Flush(Root);
        RemoveLeftovers(directory);
        var target = BundlePath(name, version);
        if (DigestOf(name, version) is { } there && !string.Equals(there, digest, StringComparison.Ordinal))
            throw new BundleConflictException($"{name} {version} is installed here with other content (sha256 {there}) than was signed ({digest}); remove it with: sudo rm {target}", isInstalled: true);
        File.Move(file, target, overwrite: true);
        DirectorySync.Flush(directory);
        ForgetSetAside(name, version);
        return digest;
    }

    /// <summary>Digest of an installed version; null when it is not there or is damaged: nobody can use it, and a good one may replace it.</summary>
    /// <exception cref="IOException">It cannot be read now.</exception>
    public string? DigestOf(string name, string version)
    {
        if (FindBundle(name, version) is not { } path) return null;
        try
        {
            using var bundle = ModelBundle.Open(path, BundleLimits.Default);
            return bundle.Sha256;
        }
        catch (Exception e) when (e is BundleException || DiskDamage.IsIn(e))
        {
            return null;
        }
    }

    private void EndWithholding(string name)
    {
        if (Path.Combine(Root, name, WithheldFile) is var path && File.Exists(path)) File.Delete(path);
    }
}
