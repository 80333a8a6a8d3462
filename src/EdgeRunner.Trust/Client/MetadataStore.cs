using System.Globalization;
using System.Text;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Client;

/// <summary>The directory of what a client trusts: each role's file byte for byte as received. Valid after a power cut at any point.</summary>
/// <remarks>
/// <c>root.json</c>, <c>timestamp.json</c>, <c>snapshot.json</c>, <c>targets.json</c> and the percent-encoded name of each delegated role with <c>.json</c>; no other
/// file ends in that. Every write goes to <c>.NAME.tmp</c>, is flushed, renamed, and the directory is flushed. <c>.clock</c> is the lower bound of time, <c>.forget</c>
/// the version of a root that takes the rollback memory with it: written before that root, so that a cut between the two cannot leave
/// the new root with the old memory.
/// <para>One process at a time; not thread-safe.</para>
/// </remarks>
public sealed class MetadataStore
{
    private const string ForgetFile = ".forget";
    private const string ClockFile = ".clock";
    private const string TemporarySuffix = ".tmp";
    private const int MaxMarkBytes = 64;

    private readonly IStoreDisk _disk;

    /// <summary>Opens a directory, making it when it is not there.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public MetadataStore(string directory)
        : this(directory, new StoreDisk())
    {
    }

    internal MetadataStore(string directory, IStoreDisk disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        DirectoryPath = Path.GetFullPath(directory);
        _disk = disk;
        Directory.CreateDirectory(DirectoryPath);
    }

    /// <summary>The directory, as a full path.</summary>
    public string DirectoryPath { get; }

    /// <summary>True when there is a root to start from.</summary>
    public bool HasRoot => Read(RoleNames.Root, 1) is not null;

    /// <summary>The bytes of the trusted root; null when there is none.</summary>
    public byte[]? ReadRoot() => Read(RoleNames.Root, new TufClientOptions().MaxRootBytes);

    /// <summary>Puts the first root in place. What was trusted before is forgotten.</summary>
    /// <param name="root">The bytes of a <c>root.json</c> that came by a trusted way.</param>
    /// <exception cref="MetadataException">It is no root, or is not signed by itself.</exception>
    public void Provision(ReadOnlyMemory<byte> root)
    {
        CheckLength(root);
        TrustedRoot.Verify(root);
        foreach (var file in _disk.List(DirectoryPath).Where(f => f.EndsWith(".json", StringComparison.Ordinal)))
        {
            _disk.Delete(In(file));
        }
        _disk.FlushDirectory(DirectoryPath);
        WriteFile(RoleNames.FileName(RoleNames.Root), root.Span);
    }

    /// <summary>Puts a root in the place of a stored one that is damaged. The memory of the other roles stays, so that a damaged file does not open the way
    /// to old ones.</summary>
    /// <param name="root">The bytes of a <c>root.json</c> that came by a trusted way.</param>
    /// <exception cref="MetadataException">It is no root, or is not signed by itself.</exception>
    public void RestoreRoot(ReadOnlyMemory<byte> root)
    {
        CheckLength(root);
        TrustedRoot.Verify(root);
        WriteFile(RoleNames.FileName(RoleNames.Root), root.Span);
    }

    /// <summary>What is stored for a role.</summary>
    /// <returns>Null when nothing is.</returns>
    internal byte[]? Read(string role, int maxBytes) => _disk.Read(In(RoleNames.FileName(role)), maxBytes);

    internal void Write(string role, ReadOnlySpan<byte> content) => WriteFile(RoleNames.FileName(role), content);

    /// <summary>Stores a root and, when it changes the keys of timestamp or snapshot, forgets both: an attacker with the old keys may have given them versions
    /// that the rightful owner cannot reach.</summary>
    internal void WriteRoot(ReadOnlySpan<byte> content, long version, bool forget)
    {
        if (forget)
        {
            WriteFile(ForgetFile, Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture)));
        }
        Write(RoleNames.Root, content);
        if (forget)
        {
            Forget();
        }
    }

    /// <summary>Ends what a power cut may have left half done. To be called with the version of the stored root before anything else is
    /// read.</summary>
    internal void Recover(long rootVersion)
    {
        if (_disk.Read(In(ForgetFile), MaxMarkBytes) is { } mark)
        {
            if (long.TryParse(mark, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && rootVersion >= version)
            {
                Forget();
            }
            else
            {
                _disk.Delete(In(ForgetFile)); // the cut came before the root
            }
        }
        foreach (var file in _disk.List(DirectoryPath).Where(f => f.StartsWith('.') && f.EndsWith(TemporarySuffix, StringComparison.Ordinal)))
        {
            _disk.Delete(In(file));
        }
    }

    /// <summary>Deletes the delegated roles that are not listed any more, so that the directory cannot grow without end.</summary>
    internal void Prune(SnapshotMetadata snapshot)
    {
        var wanted = snapshot.Meta.Keys.Where(k => k.EndsWith(".json", StringComparison.Ordinal)).Select(k => RoleNames.FileName(k[..^".json".Length]))
            .Concat(((ReadOnlySpan<string>)[RoleNames.Root, RoleNames.Timestamp, RoleNames.Snapshot, RoleNames.Targets]).ToArray().Select(r => RoleNames.FileName(r)))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var file in _disk.List(DirectoryPath).Where(f => f.EndsWith(".json", StringComparison.Ordinal) && !wanted.Contains(f)))
        {
            _disk.Delete(In(file));
        }
    }

    internal DateTimeOffset? ReadClock() =>
        _disk.Read(In(ClockFile), MaxMarkBytes) is { } mark && DateTimeOffset.TryParseExact(Encoding.ASCII.GetString(mark), MetadataHeader.DateFormat,
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    internal void WriteClock(DateTimeOffset date) => WriteFile(ClockFile, Encoding.ASCII.GetBytes(MetadataWriter.Date(date)));

    private static void CheckLength(ReadOnlyMemory<byte> root)
    {
        if (root.Length > new TufClientOptions().MaxRootBytes)
        {
            throw new MetadataException(TrustFailure.TooLong, RoleNames.Root, version: null, $"at most {new TufClientOptions().MaxRootBytes} bytes", $"{root.Length}");
        }
    }

    private void Forget()
    {
        _disk.Delete(In(RoleNames.FileName(RoleNames.Timestamp)));
        _disk.Delete(In(RoleNames.FileName(RoleNames.Snapshot)));
        _disk.FlushDirectory(DirectoryPath); // before the mark goes
        _disk.Delete(In(ForgetFile));
        _disk.FlushDirectory(DirectoryPath);
    }

    private void WriteFile(string name, ReadOnlySpan<byte> content)
    {
        var temporary = In(name.StartsWith('.') ? name + TemporarySuffix : "." + name + TemporarySuffix);
        _disk.Write(temporary, content);
        _disk.Rename(temporary, In(name));
        _disk.FlushDirectory(DirectoryPath);
    }

    private string In(string name) => Path.Combine(DirectoryPath, name);
}
