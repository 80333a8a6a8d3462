using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.ModelStore;

/// <summary>The installed bundles of this device.</summary>
/// <remarks>
/// Layout below the state directory, every change made by a rename, so that a power cut leaves the old or the new and nothing between:
/// <code>
/// models/NAME/VERSION.ermodel   a complete, verified bundle; never changed once it has its name
/// models/NAME/active            one line: the version in use
/// models/NAME/previous          one version a line, those in use before it, the last one first; written before active is, so the version in use may head it
/// models/NAME/withheld          why there is no active version although some are installed; void as soon as there is one
/// models/NAME/VERSION.ermodel.damaged   a bundle that is not what was installed; stays until a good copy is there
/// models/NAME/.new-*            a file under way, locked by who writes it; one that nobody locks is left over and goes with the next install
/// </code>
/// Reading needs no lock. Two writers at once are safe: each has its own file, and the last rename wins.
/// </remarks>
internal sealed partial class BundleStore(string stateDirectory)
{
    private const string Extension = ".ermodel";
    private const string NewPrefix = ".new-";
    private const string ActiveFile = "active";

    /// <summary>EWOULDBLOCK of Linux, which .NET leaves in the exception when it finds a file locked.</summary>
    private const int WouldBlock = 11;

    /// <summary>Where the store is.</summary>
    public string Root { get; } = Path.Combine(stateDirectory, "models");

    /// <summary>Everything installed, by name and version. A directory that cannot be read is left out.</summary>
    public IReadOnlyList<InstalledModel> List()
    {
        if (!Directory.Exists(Root)) return [];
        var models = new List<InstalledModel>();
        foreach (var directory in Directory.GetDirectories(Root).Order(StringComparer.Ordinal))
        {
            try
            {
                models.AddRange(ListOne(directory));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Left out, as promised: one that this user may not read, or that goes away meanwhile, must not hide the others.
            }
        }

        return models;
    }

    /// <summary>The bundle file of the active version of <paramref name="name"/>.</summary>
    /// <exception cref="ModelNotInstalledException">There is none.</exception>
    public string ActiveBundle(string name)
    {
        if (Withheld(name) is { } words) throw new ModelNotInstalledException(words);
        var version = ActiveVersion(name) ?? throw new ModelNotInstalledException(name, Root);
        var path = BundlePath(name, version);
        return File.Exists(path) ? path : throw Absent(name, version);
    }

    /// <summary>The bundle file of the active version; null when there is none.</summary>
    public string? FindActiveBundle(string name) => ActiveVersion(name) is { } version && BundlePath(name, version) is var path && File.Exists(path) ? path : null;

    /// <summary>The bundle file of an installed version; null when it is not there, or is no version at all.</summary>
    public string? FindBundle(string name, string version) =>
        IsFileName(name) && IsFileName(version) && BundlePath(name, version) is var path && File.Exists(path) ? path : null;

    /// <summary>The installed versions of a model.</summary>
    public IReadOnlyList<string> VersionsOf(string name) => [.. List().Where(model => string.Equals(model.Name, name, StringComparison.Ordinal)).Select(model => model.Version)];

    /// <summary>Copies a bundle into the store and, unless told not to, makes it the active version.</summary>
    /// <param name="file">The bundle; it is verified before the copy and the copy again after it.</param>
    /// <param name="activate">Whether pipelines shall use it from their next start.</param>
    /// <param name="sha256">Digest the bundle must have, because it was probed with it; null takes any.</param>
    /// <exception cref="BundleException">The bundle is not valid. Nothing was changed.</exception>
    /// <exception cref="IOException">It could not be copied, for example because the disk is full, or it is not the one that was probed. Nothing was changed.</exception>
    public InstalledModel Install(string file, bool activate, string? sha256 = null)
    {
        string name, version, digest;
        using (var bundle = ModelBundle.Open(file, BundleLimits.Default))
        {
            (name, version, digest) = (bundle.Manifest.Name, bundle.Manifest.Version.ToString(), bundle.Sha256);
        }

        if (sha256 is not null && !string.Equals(digest, sha256, StringComparison.Ordinal))
            throw new IOException($"{file} changed after it was probed; try again once nothing writes to it");
        var directory = Path.Combine(Root, name);
        Directory.CreateDirectory(directory);
        DirectorySync.Flush(Root);
        RemoveLeftovers(directory);
        var target = BundlePath(name, version);
        if (File.Exists(target)) RequireSame(target, digest, $"{name} {version}");
        using (var incoming = CreateNew(directory))
        {
            try
            {
                using (var input = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read)) input.CopyTo(incoming);
                incoming.Flush(flushToDisk: true);
                using (var copy = ModelBundle.Open(incoming.Name, BundleLimits.Default))
                {
                    if (!string.Equals(copy.Sha256, digest, StringComparison.Ordinal))
                        throw new IOException($"{file} changed while it was copied; try again once nothing writes to it");
                }

                File.Move(incoming.Name, target, overwrite: true);
                DirectorySync.Flush(directory);
                ForgetSetAside(name, version);
            }
            finally
            {
                File.Delete(incoming.Name); // Gone already when all went well.
            }
        }

        if (activate) Activate(name, version);
        return new InstalledModel(name, version, target, new FileInfo(target).Length, activate);
    }

    /// <summary>Makes an installed version the one that pipelines use from their next start; the one in use until now is the one to return to.</summary>
    /// <exception cref="ModelNotInstalledException">That version is not there.</exception>
    public void Activate(string name, string version)
    {
        lock (_change)
        {
            RequireInstalled(name, version);
            Remember(name, version);
            WriteFile(name, ActiveFile, version + "\n");
            EndWithholding(name);
        }
    }

    private void RequireInstalled(string name, string version)
    {
        if (!File.Exists(BundlePath(name, version))) throw new ModelNotInstalledException($"{name} {version}", Root);
    }

    private void WriteFile(string name, string file, string text)
    {
        var directory = Path.Combine(Root, name);
        using (var next = CreateNew(directory))
        {
            try
            {
                next.Write(System.Text.Encoding.UTF8.GetBytes(text));
                next.Flush(flushToDisk: true);
                File.Move(next.Name, Path.Combine(directory, file), overwrite: true);
            }
            finally
            {
                File.Delete(next.Name);
            }
        }

        DirectorySync.Flush(directory);
    }

    // A version is one content for ever, or a device could not tell what it runs. A damaged copy is no content: it may be mended.
    private static void RequireSame(string target, string digest, string title)
    {
        try
        {
            using var installed = ModelBundle.Open(target, BundleLimits.Default);
            if (!string.Equals(installed.Sha256, digest, StringComparison.Ordinal))
                throw new IOException($"{title} is already installed with other content (sha256 {installed.Sha256}); give the new one a version of its own");
        }
        catch (Exception e) when (e is BundleException || DiskDamage.IsIn(e))
        {
            // Replaced by the good one.
        }
    }

    private List<InstalledModel> ListOne(string directory)
    {
        var models = new List<InstalledModel>();
        var name = Path.GetFileName(directory);
        var (active, previous) = (ActiveVersion(name), PreviousVersion(name));
        foreach (var file in Directory.GetFiles(directory, "*" + Extension).Order(StringComparer.Ordinal))
        {
            var version = Path.GetFileNameWithoutExtension(file);
            models.Add(new InstalledModel(name, version, file, new FileInfo(file).Length, string.Equals(version, active, StringComparison.Ordinal))
            {
                Previous = string.Equals(version, previous, StringComparison.Ordinal),
            });
        }

        return models;
    }

    private string? ActiveVersion(string name)
    {
        try
        {
            var version = File.ReadAllText(Path.Combine(Root, name, ActiveFile)).Trim();
            return version.Length is > 0 and < 256 && !version.Contains('/', StringComparison.Ordinal) ? version : null;
        }
        // One that the disk has lost is as good as empty: nobody can tell what was in use, and another version can be made the one in use.
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || DiskDamage.IsIn(e))
        {
            return null;
        }
    }

    // What comes over a socket must not climb out of the store.
    private static bool IsFileName(string text) => text.Length is > 0 and < 256 && text[0] != '.' && text.AsSpan().IndexOfAny('/', '\0') < 0;

    private string BundlePath(string name, string version) => Path.Combine(Root, name, version + Extension);

    // A file of its own for each writer. Open, it holds a shared flock, which tells it from a leftover. Between its creation and
    // the flock another install may take it for one: then it is deleted under us (first case) or locked by the other (second).
    private static FileStream CreateNew(string directory)
    {
        while (true)
        {
            try
            {
                var file = new FileStream(Path.Combine(directory, NewPrefix + Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
                if (File.Exists(file.Name)) return file;
                file.Dispose();
            }
            catch (IOException e) when (e.HResult == WouldBlock)
            {
                // The other one deletes it.
            }
        }
    }

    private static void RemoveLeftovers(string directory)
    {
        foreach (var leftover in Directory.GetFiles(directory, NewPrefix + "*"))
        {
            try
            {
                // Exclusive: refused while its writer is at work.
                using var mine = new FileStream(leftover, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(leftover);
            }
            catch (IOException)
            {
                // In use, or just renamed by its writer.
            }
        }
    }
}
