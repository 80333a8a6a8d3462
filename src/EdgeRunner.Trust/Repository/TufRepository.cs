using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>A repository that is open for changes, and locked against everybody else. Dispose to let it go.</summary>
/// <remarks>
/// Every change is first <i>staged</i>: written to <c>staged/</c>, where it collects signatures and no device sees it. <see cref="PublishAsync"/> moves what has
/// enough of them into <c>metadata/</c>: all new files under new names first, then, as the one step that counts, <c>timestamp.json</c> by a rename. A root counts
/// from its own rename on; before that, timestamp, snapshot and targets get the signatures that it asks for beside those that they have, so that they
/// are valid under the old root and under the new one. A crash or a full disk at any point leaves the old repository or the new one.
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed partial class TufRepository : IDisposable
{
    private const string SignedAt = "x-signed-at";

    /// <summary>How far behind the last signature a clock may be and still count as right: it was corrected a little since.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromHours(1);

    /// <summary>Links are not followed: what is behind one is not ours.</summary>
    private static readonly EnumerationOptions Sweepable = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false, MatchType = MatchType.Simple };

    private readonly RepositoryLock _lock;
    private readonly FileOwner _owner;
    private readonly AtomicWriter _writer;
    private readonly TimeProvider _timeProvider;
    private readonly string? _onlineKeysOverride;
    private OnlineKeys? _online;
    private bool _isTolerant;

    private TufRepository(RepositoryLock held, FileOwner owner, RepositoryContent content, AtomicWriter writer, TimeProvider timeProvider, string? onlineKeys) =>
        (_lock, _owner, Content, _writer, _timeProvider, _onlineKeysOverride) = (held, owner, content, writer, timeProvider, onlineKeys);

    /// <summary>What the repository says now.</summary>
    public RepositoryContent Content { get; private set; }

    /// <summary>The online keys; read when they are first asked for.</summary>
    /// <exception cref="KeyException">A file in their directory is no key.</exception>
    public OnlineKeys Online => _online ??= OnlineKeys.Read(OnlineKeysDirectory);

    /// <summary>Where the online keys are.</summary>
    public string OnlineKeysDirectory => _onlineKeysOverride ?? Path.GetFullPath(Content.Settings.OnlineKeys, Layout.DirectoryPath);

    /// <summary>What is wrong with staged files that were passed over; only with <see cref="OpenForRefresh"/>.</summary>
    public IReadOnlyList<RepositoryException> DamagedStaged { get; private init; } = [];

    private RepositoryLayout Layout => Content.Layout;

    /// <summary>Opens and locks a repository, and sweeps away what a crash left.</summary>
    /// <param name="directory">The repository.</param>
    /// <param name="timeProvider">Wall time, for expiry dates.</param>
    /// <param name="onlineKeys">Where the online keys are when not where the settings say.</param>
    /// <exception cref="RepositoryException">There is none, or somebody else holds the lock.</exception>
    /// <exception cref="MetadataException">A file is damaged.</exception>
    public static TufRepository Open(string directory, TimeProvider timeProvider, string? onlineKeys = null) =>
        Open(directory, timeProvider, onlineKeys, RepositoryDisk.Instance);

    /// <summary>Opens and locks a repository for <see cref="RefreshAsync"/>. Damaged files in <c>staged/</c>, which devices never see, must not let the timestamp
    /// expire: they are passed over and left as they are.</summary>
    /// <param name="directory">The repository.</param>
    /// <param name="timeProvider">Wall time, for expiry dates.</param>
    /// <param name="onlineKeys">Where the online keys are when not where the settings say.</param>
    /// <exception cref="RepositoryException">There is none, or somebody else holds the lock.</exception>
    /// <exception cref="MetadataException">A published file is damaged.</exception>
    public static TufRepository OpenForRefresh(string directory, TimeProvider timeProvider, string? onlineKeys = null) =>
        Open(directory, timeProvider, onlineKeys, RepositoryDisk.Instance, []);

    internal static TufRepository Open(string directory, TimeProvider timeProvider, string? onlineKeys, IRepositoryDisk disk, List<RepositoryException>? damaged = null)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        var layout = new RepositoryLayout(directory);
        _ = RepositorySettings.Read(layout); // no lock file where there is no repository
        var owner = RepositoryOwner.Of(layout);
        var held = RepositoryLock.Take(layout, owner, timeProvider);
        try
        {
            var content = damaged is null ? RepositoryContent.Read(layout) : RepositoryContent.ReadAround(layout, damaged);
            var repository = new TufRepository(held, owner, content, new AtomicWriter(OwnersDisk.Of(disk, owner)), timeProvider, onlineKeys) { _isTolerant = damaged is not null, DamagedStaged = damaged ?? [] };
            repository.Sweep();
            return repository;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Wipes the online keys and lets the lock go. Root has made the owner's what it wrote in the repository; the keys that it has made beside it go to the owner here, when
    /// their directory is that user's: a depot that runs as a user of its own must be able to sign after <c>sudo edgefleet …</c>.</summary>
    public void Dispose()
    {
        _online?.Dispose();
        RepositoryOwner.GiveBackKeys(OnlineKeysDirectory, _owner);
        _lock.Dispose();
    }

    private DateTimeOffset ExpiryOf(string role) => _timeProvider.GetUtcNow() + Content.Settings.Lifetime(role);

    private void Sweep()
    {
        if (AtomicWriter.Temporary(Layout.SettingsFile) is var settings && File.Exists(settings))
        {
            _writer.DeleteQuietly(settings);
        }
        foreach (var directory in (string[])[Layout.Metadata, Layout.Staged, Layout.Targets])
        {
            if (Directory.Exists(directory))
            {
                foreach (var file in Directory.EnumerateFiles(directory, ".*" + RepositoryLayout.TemporarySuffix, Sweepable))
                {
                    _writer.DeleteQuietly(file);
                }
            }
        }
        foreach (var (role, envelope) in Content.Staged)
        {
            // Published before a crash could remove it here; or made for a repository that went on without it.
            if (MetadataHeader.ClaimedVersion(envelope) <= Content.VersionOf(role) && !IsCountersigned(role, envelope))
            {
                Unstage(role);
            }
        }
        SweepLeaving();
    }

    /// <summary>True for what is published already and gets signatures for the next root.</summary>
    private bool IsCountersigned(string role, Envelope envelope) => IsCountersigned(Content, role, envelope);

    private static bool IsCountersigned(RepositoryContent content, string role, Envelope envelope) => role is RoleNames.Targets && content.Staged.ContainsKey(RoleNames.Root)
        && content.Published(role) is { } published && published.Canonical.Span.SequenceEqual(envelope.Canonical.Span);

    private void Reload() => Content = _isTolerant ? RepositoryContent.ReadAround(Layout, []) : RepositoryContent.Read(Layout);

    private void Stage(Envelope envelope)
    {
        RequireLength(envelope);
        _writer.MakeDirectory(Layout.Staged, Layout.DirectoryPath);
        _writer.Write(Layout.StagedFile(envelope.Role), envelope.Raw.Span);
        Content = Content with { Staged = new Dictionary<string, Envelope>(Content.Staged, StringComparer.Ordinal) { [envelope.Role] = envelope } };
    }

    private void Unstage(string role)
    {
        _writer.Delete(Layout.StagedFile(role));
        var staged = new Dictionary<string, Envelope>(Content.Staged, StringComparer.Ordinal);
        staged.Remove(role);
        Content = Content with { Staged = staged };
    }

    /// <summary>A file that no client would take must not be published: it would stop all updates.</summary>
    private static void RequireLength(Envelope envelope)
    {
        var bounds = RepositoryContent.Bounds;
        var max = envelope.Role switch
        {
            RoleNames.Root => bounds.MaxRootBytes,
            RoleNames.Timestamp => bounds.MaxTimestampBytes,
            RoleNames.Snapshot => bounds.MaxSnapshotBytes,
            _ => bounds.MaxTargetsBytes,
        };
        if (envelope.Raw.Length > max)
        {
            throw new RepositoryException(RepositoryFailure.TooLong, envelope.Role, file: null, $"it would have {envelope.Raw.Length} bytes, and devices accept at most {max}",
                "Remove models that no device runs any more, or spread them over more delegated roles");
        }
    }

    private void RequireClock()
    {
        var now = _timeProvider.GetUtcNow();
        if (Content.Timestamp?.Envelope.Signed.Find(SignedAt) is { Kind: JsonKind.Text } text &&
            DateTimeOffset.TryParseExact(text.Text, MetadataHeader.DateFormat, formatProvider: null, System.Globalization.DateTimeStyles.AssumeUniversal, out var signedAt) &&
            now + ClockSlack < signedAt)
        {
            throw new RepositoryException(RepositoryFailure.ClockBehind, RoleNames.Timestamp, file: null,
                $"it was signed at {MetadataWriter.Date(signedAt)}, and the clock of this machine says {MetadataWriter.Date(now)}", "Set the clock");
        }
    }

    private async ValueTask<Envelope> SignOnlineAsync(string role, JsonTree signed, RoleAuthority authority, CancellationToken cancellationToken)
    {
        var envelope = await Envelope.SignAsync(role, signed, Online.SignersOf(role, authority), cancellationToken).ConfigureAwait(false);
        RequireLength(envelope);
        return envelope;
    }
}
