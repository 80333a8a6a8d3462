using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Client;

/// <summary>The client workflow of TUF 1.0.34 (section 5), with every check in its order. Use from one task at a time.</summary>
/// <remarks>
/// In one file the order is: length limit, digests, form (<c>_type</c>, <c>spec_version</c>), signatures, version, expiry, storing. Any failure stops there; what
/// was verified before is stored and trusted, and the next call starts anew. Expired metadata stops updates and nothing else.
/// </remarks>
/// <seealso href="https://theupdateframework.github.io/specification/v1.0.34/#detailed-client-workflow"/>
public sealed partial class TufClient
{
    private readonly MetadataStore _store;
    private readonly IMetadataFetcher _fetcher;
    private readonly TrustClock _clock;
    private readonly TufClientOptions _options;

    /// <summary>Makes a client; nothing is read yet.</summary>
    public TufClient(MetadataStore store, IMetadataFetcher fetcher, TrustClock clock, TufClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(fetcher);
        ArgumentNullException.ThrowIfNull(clock);
        (_store, _fetcher, _clock, _options) = (store, fetcher, clock, options ?? new TufClientOptions());
    }

    /// <summary>What the last refresh of this client made trusted; null before one succeeded.</summary>
    public RefreshResult? Current { get; private set; }

    /// <summary>Brings root, timestamp, snapshot and targets up to date.</summary>
    /// <exception cref="TrustException">Something was refused, or the repository gave no answer.</exception>
    /// <exception cref="IOException">The state directory cannot be read or written.</exception>
    public async Task<RefreshResult> RefreshAsync(CancellationToken cancellationToken)
    {
        Current = null;
        _delegated.Clear();
        var refresh = new Refresh(_clock.Fix(_store), [], cancellationToken);
        _time = refresh.Time;

        var root = await RefreshRootAsync(refresh).ConfigureAwait(false);
        var timestamp = await RefreshTimestampAsync(root, refresh).ConfigureAwait(false);
        var snapshot = await RefreshSnapshotAsync(root, timestamp, refresh).ConfigureAwait(false);
        var targets = await LoadTargetsRoleAsync(
            new Authority(RoleNames.Root, $"root v{root.Header.Version}", RoleNames.Targets, root.Roles[RoleNames.Targets], root.Keys), root, snapshot, refresh)
            .ConfigureAwait(false);

        if (refresh.Time.Now > refresh.Time.Stored)
        {
            _store.WriteClock(refresh.Time.Now);
        }
        return Current = new RefreshResult(root, timestamp, snapshot, targets, refresh.Notes);
    }

    /// <summary>Gets a file, within its length and its time.</summary>
    private async ValueTask<ReadOnlyMemory<byte>?> FetchAsync(string role, long? version, string name, int maxBytes, CancellationToken cancellationToken)
    {
        var limit = _options.TimeFor(maxBytes);
        using var late = new CancellationTokenSource(limit, _clock.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        FetchResult result;
        try
        {
            // A fetcher that does not look at its token is left behind.
            result = await _fetcher.FetchAsync(name, maxBytes, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RepositoryUnavailableException($"{name} did not arrive within {limit.TotalSeconds:0} s");
        }
        if (result.IsTooLong || result.Bytes.Length > maxBytes)
        {
            throw new MetadataException(TrustFailure.TooLong, role, version, $"at most {maxBytes} bytes", "more");
        }
        // Not `? null : Bytes`, whose type is ReadOnlyMemory and whose null is an empty file.
        return result.IsNotFound ? default(ReadOnlyMemory<byte>?) : result.Bytes;
    }

    private async ValueTask<ReadOnlyMemory<byte>> FetchListedAsync(string role, MetaFile listed, string name, int maxBytes, string referrer,
        CancellationToken cancellationToken)
    {
        if (listed.Length > maxBytes)
        {
            throw new MetadataException(TrustFailure.TooLong, role, listed.Version, $"at most {maxBytes} bytes", $"{listed.Length}, as {referrer} says");
        }
        var bytes = await FetchAsync(role, listed.Version, name, (int)(listed.Length ?? maxBytes), cancellationToken).ConfigureAwait(false)
            ?? throw new MetadataException(TrustFailure.NotFound, role, listed.Version, $"the file {name}, which {referrer} lists", "none");
        if (listed.Length is { } length && length != bytes.Length)
        {
            throw new MetadataException(TrustFailure.LengthMismatch, role, listed.Version, $"{length} bytes, as {referrer} says", $"{bytes.Length}");
        }
        if (listed.Digests?.Mismatch(bytes.Span) is var (expected, found))
        {
            throw new MetadataException(TrustFailure.HashMismatch, role, listed.Version, $"{expected}, as {referrer} says", found);
        }
        return bytes;
    }

    /// <summary>True when a stored file is the one that is listed now, so that it need not be fetched.</summary>
    private static bool IsListed(Envelope stored, long version, MetaFile listed) =>
        version == listed.Version && (listed.Length is not { } length || length == stored.Raw.Length) && listed.Digests?.Mismatch(stored.Raw.Span) is null;

    private static void RequireFresh(string role, MetadataHeader header, DateTimeOffset now)
    {
        if (header.Expires <= now)
        {
            throw new MetadataException(TrustFailure.Expired, role, header.Version, $"an expiry date after {MetadataWriter.Date(now)}", MetadataWriter.Date(header.Expires));
        }
    }

    /// <summary>Reads a stored file. One that is damaged or was signed by keys that do not count any more is as if it were not there.</summary>
    private T? ReadStored<T>(string role, int maxBytes, List<string> notes, Func<Envelope, T> verify)
        where T : class
    {
        if (_store.Read(role, maxBytes) is not { } bytes)
        {
            return null;
        }
        try
        {
            return verify(Envelope.Parse(role, bytes));
        }
        catch (MetadataException e)
        {
            notes.Add($"the stored {RoleNames.FileName(role)} is not used any more: {e.Message}");
            return null;
        }
    }

    /// <summary>One run of the workflow.</summary>
    private sealed record Refresh(TrustClock.FixedTime Time, List<string> Notes, CancellationToken CancellationToken);

    /// <summary>Who says who signs a role.</summary>
    private sealed record Authority(string Delegator, string Name, string Role, RoleKeys RoleKeys, IReadOnlyDictionary<string, Keys.PublicKey> Keys);
}
