using System.Security.Cryptography;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates.Repository;

/// <summary>The way from <c>updates.rootFile</c> to the trusted root: taken over once, and watched afterwards, so that a file of another fleet is not quietly
/// without effect.</summary>
/// <remarks>
/// <c>STATE/updates/roots</c> lists the SHA-256 of each root that was ever trusted here, one a line: the file may be any of them, because people
/// update it or do not. It grants nothing; what is trusted is in the <see cref="MetadataStore"/>.
/// </remarks>
/// <param name="rootFile">The configured file; null when there is none.</param>
/// <param name="store">Where the trusted root is.</param>
/// <param name="stateDirectory"><c>STATE/updates</c>.</param>
internal sealed class FleetRoot(string? rootFile, MetadataStore store, string stateDirectory)
{
    private const int MaxRootBytes = 64 << 10;
    private const int MaxLines = 2_048;

    private readonly string _listFile = Path.Combine(stateDirectory, "roots");

    /// <summary>Puts the root in place when there is none yet.</summary>
    /// <exception cref="UpdateFailedException">There is no root to take, or the file is none.</exception>
    public void Provision()
    {
        if (store.HasRoot) return;
        var bytes = ReadFile() ?? throw new UpdateFailedException(UpdateReasons.NoRoot,
            "this device does not know whom to trust: set updates.rootFile to the fleet's root.json (metadata/1.root.json of its repository)", isFinal: false);
        Take(bytes, store.Provision);
        Remember([bytes]);
    }

    /// <summary>Puts the configured root in the place of a stored one that is damaged.</summary>
    /// <param name="damage">What is wrong with the stored one.</param>
    /// <exception cref="UpdateFailedException">There is none to put there, or the file cannot be read or is no root: the words name both files.</exception>
    public void Restore(string damage)
    {
        try
        {
            Take(ReadFile() ?? throw new UpdateFailedException(UpdateReasons.NoRoot, "updates.rootFile is not set", isFinal: false), store.RestoreRoot);
        }
        catch (UpdateFailedException e)
        {
            throw new UpdateFailedException(e.Code,
                $"the root that this device trusts, in {store.DirectoryPath}, is damaged ({damage}), and cannot be put back: {e.Message}", isFinal: false, e);
        }
    }

    /// <summary>Remembers the roots that were trusted on the way to the present one.</summary>
    /// <exception cref="IOException">The list cannot be written.</exception>
    public void Remember(IEnumerable<ReadOnlyMemory<byte>> roots)
    {
        var known = ReadList();
        var lines = known.ToList();
        foreach (var digest in roots.Select(DigestOf).Where(digest => !known.Contains(digest))) lines.Add(digest);
        if (lines.Count == known.Count) return;
        var temporary = _listFile + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            using (var writer = new StreamWriter(file, leaveOpen: true))
            {
                foreach (var line in lines.TakeLast(MaxLines)) writer.Write(line + "\n");
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _listFile, overwrite: true);
        DirectorySync.Flush(stateDirectory);
    }

    /// <summary>Compares the configured file with what is trusted.</summary>
    /// <returns>What is wrong, in words; null when the file is one of the roots that were trusted here, is not configured, or is gone again: then it was needed once.</returns>
    public string? FindProblem()
    {
        if (rootFile is null || !File.Exists(rootFile) || store.ReadRoot() is not { } trusted) return null;
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(rootFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return bytes.AsSpan().SequenceEqual(trusted) || ReadList().Contains(DigestOf(bytes)) ? null
            : $"updates.rootFile {rootFile} (SHA-256 {DigestOf(bytes)[..16]}…) is not a root that this device trusts (now {DigestOf(trusted)[..16]}… in {store.DirectoryPath}); the file is taken over only once. "
                + $"If the device is to belong to the fleet of that file, stop the daemon and delete {store.DirectoryPath}; if not, put the fleet's own root there";
    }

    private static string DigestOf(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes.Span));

    private void Take(byte[] bytes, Action<ReadOnlyMemory<byte>> put)
    {
        try
        {
            put(bytes);
        }
        catch (MetadataException e)
        {
            throw new UpdateFailedException(UpdateReasons.Untrusted, $"updates.rootFile {rootFile} cannot be used: {e.Message}", isFinal: false, e);
        }
    }

    private byte[]? ReadFile()
    {
        if (rootFile is null) return null;
        try
        {
            using var file = File.OpenRead(rootFile);
            if (file.Length > MaxRootBytes)
                throw new UpdateFailedException(UpdateReasons.Untrusted, $"updates.rootFile {rootFile} has {file.Length} bytes; a root.json has at most {MaxRootBytes}", isFinal: false);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UpdateFailedException(UpdateReasons.NoRoot,
                $"updates.rootFile {rootFile} is missing, so this device does not know whom to trust: copy metadata/1.root.json of the fleet's repository there, over a way that you trust", isFinal: false, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpdateFailedException(UpdateReasons.NoRoot, $"updates.rootFile {rootFile} cannot be read by the daemon's user: {e.Message}", isFinal: false, e);
        }
    }

    private HashSet<string> ReadList()
    {
        try
        {
            return [.. File.ReadLines(_listFile).Where(line => line.Length == 2 * SHA256.HashSizeInBytes).Take(MaxLines)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // at worst the configured file is reported as unknown
        }
    }
}
