using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.ModelStore;

/// <summary>The installed bundles of this device.</summary>
/// <remarks>
/// Layout below the state directory, every change made by a rename, so that a power cut leaves the old or the new and nothing between:
/// <code>
/// models/NAME/VERSION.ermodel   a complete, verified bundle; never changed once it has its name
/// models/NAME/active            one line: the version in use
/// models/NAME/.incoming-*       a copy under way; removed when the store is opened for writing
/// </code>
/// Reading needs no lock. Two writers at once are safe: the last rename wins.
/// </remarks>
internal sealed class BundleStore(string stateDirectory)
{
    private const string Extension = ".ermodel";

    /// <summary>Where the store is.</summary>
    public string Root { get; } = Path.Combine(stateDirectory, "models");

    /// <summary>Everything installed, by name and version. A directory that cannot be read is left out.</summary>
    public IReadOnlyList<InstalledModel> List()
    {
        if (!Directory.Exists(Root)) return [];
        var models = new List<InstalledModel>();
        foreach (var directory in Directory.GetDirectories(Root).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(directory);
            var active = ActiveVersion(name);
            foreach (var file in Directory.GetFiles(directory, "*" + Extension).Order(StringComparer.Ordinal))
            {
                if (Path.GetFileName(file).StartsWith('.')) continue;
                var version = Path.GetFileNameWithoutExtension(file);
                models.Add(new InstalledModel(name, version, file, new FileInfo(file).Length, string.Equals(version, active, StringComparison.Ordinal)));
            }
        }

        return models;
    }

    /// <summary>The bundle file of the active version of <paramref name="name"/>.</summary>
    /// <exception cref="ModelNotInstalledException">There is none.</exception>
    public string ActiveBundle(string name)
    {
        var version = ActiveVersion(name) ?? throw new ModelNotInstalledException(name, Root);
        var path = BundlePath(name, version);
        return File.Exists(path) ? path : throw new ModelNotInstalledException($"{name} {version}", Root);
    }

    /// <summary>Copies a bundle into the store and, unless told not to, makes it the active version.</summary>
    /// <param name="file">The bundle; it is verified before the copy and the copy again after it.</param>
    /// <param name="activate">Whether pipelines shall use it from their next start.</param>
    /// <exception cref="BundleException">The bundle is not valid. Nothing was changed.</exception>
    /// <exception cref="IOException">It could not be copied, for example because the disk is full. Nothing was changed.</exception>
    public InstalledModel Install(string file, bool activate)
    {
        string name, version, digest;
        using (var bundle = ModelBundle.Open(file, BundleLimits.Default))
        {
            (name, version, digest) = (bundle.Manifest.Name, bundle.Manifest.Version.ToString(), bundle.Sha256);
        }

        var directory = Path.Combine(Root, name);
        Directory.CreateDirectory(directory);
        RemoveLeftovers(directory);
        var target = BundlePath(name, version);
        var incoming = Path.Combine(directory, ".incoming-" + Path.GetFileName(target));
        try
        {
            CopyDurably(file, incoming);
            using (var copy = ModelBundle.Open(incoming, BundleLimits.Default))
            {
                if (!string.Equals(copy.Sha256, digest, StringComparison.Ordinal))
                    throw new IOException($"{file} changed while it was copied; try again once nothing writes to it");
            }

            File.Move(incoming, target, overwrite: true);
            DirectorySync.Flush(directory);
        }
        finally
        {
            File.Delete(incoming);
        }

        if (activate) Activate(name, version);
        return new InstalledModel(name, version, target, new FileInfo(target).Length, activate);
    }

    /// <summary>Makes an installed version the one that pipelines use from their next start.</summary>
    /// <exception cref="ModelNotInstalledException">That version is not there.</exception>
    public void Activate(string name, string version)
    {
        if (!File.Exists(BundlePath(name, version))) throw new ModelNotInstalledException($"{name} {version}", Root);
        var directory = Path.Combine(Root, name);
        var next = Path.Combine(directory, ".active");
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(version + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, Path.Combine(directory, "active"), overwrite: true);
        DirectorySync.Flush(directory);
    }

    private string? ActiveVersion(string name)
    {
        try
        {
            var version = File.ReadAllText(Path.Combine(Root, name, "active")).Trim();
            return version.Length is > 0 and < 256 && !version.Contains('/', StringComparison.Ordinal) ? version : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string BundlePath(string name, string version) => Path.Combine(Root, name, version + Extension);

    private static void RemoveLeftovers(string directory)
    {
        foreach (var leftover in Directory.GetFiles(directory, ".incoming-*")) File.Delete(leftover);
    }

    private static void CopyDurably(string source, string target)
    {
        using var input = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var output = new FileStream(target, FileMode.Create, FileAccess.Write);
        input.CopyTo(output);
        output.Flush(flushToDisk: true);
    }
}
