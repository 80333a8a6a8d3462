using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Device.Updates.Repository;

/// <summary>The signed repository as this device sees it over a transport. Nothing that comes is used before its signatures, lengths and digests were checked,
/// and what several signed files say of one release is compared.</summary>
/// <remarks>The memory of what was seen is <c>STATE/updates/tuf</c>. Use from one task at a time.</remarks>
internal sealed class ReleaseRepository : IReleaseSource
{
    private const string KeysExtension = ".keys";
    private const string UpdatesDirectory = "updates";
    private const string MemoryDirectory = "tuf";

    /// <summary>Time for a small file, as for metadata: <see cref="TufClientOptions.FetchGrace"/> and <see cref="TufClientOptions.MinBytesPerSecond"/>.</summary>
    private static readonly TimeSpan FetchGrace = new TufClientOptions().FetchGrace;

    private static readonly int MinBytesPerSecond = new TufClientOptions().MinBytesPerSecond;

    private readonly UpdateOptions _options;
    private readonly IUpdateTransport _transport;
    private readonly ILogger<ReleaseRepository> _logger;
    private readonly TimeProvider _timeProvider;
    private readonly string _directory;
    private readonly MetadataRoad _road;
    private readonly TrustClock _clock;
    private readonly IndexMemory _indices = new();
    private Opened? _opened;
    private (string Sha256, DesiredState State)? _desired;

    /// <summary>Nothing is read or made yet.</summary>
    /// <param name="options">Group, root file, whether the clock is vouched for.</param>
    /// <param name="stateDirectory">The daemon's state directory.</param>
    /// <param name="transport">The road; stays with the caller.</param>
    /// <param name="timeProvider">Wall time.</param>
    /// <param name="logger">Takes notes on damaged files.</param>
    /// <param name="isSynchronised">True when somebody has set the clock; null asks the kernel.</param>
    /// <param name="buildDate">The clock cannot be before this; null takes <see cref="BuildDate"/>.</param>
    public ReleaseRepository(UpdateOptions options, string stateDirectory, IUpdateTransport transport, TimeProvider timeProvider, ILogger<ReleaseRepository> logger,
        Func<bool>? isSynchronised = null, DateTimeOffset? buildDate = null)
    {
        (_options, _transport, _timeProvider, _logger) = (options, transport, timeProvider, logger);
        _directory = Path.Combine(stateDirectory, UpdatesDirectory);
        _road = new MetadataRoad(transport);
        // Who vouches for the clock vouches against the build date too: a build machine can be ahead.
        _clock = options.TrustSystemClock
            ? new TrustClock(timeProvider, DateTimeOffset.UnixEpoch, () => true)
            : new TrustClock(timeProvider, buildDate ?? BuildDate.Value, isSynchronised ?? (() => KernelClock.IsSynchronised));
    }

    /// <inheritdoc/>
    public Task<DesiredState?> RefreshAsync(CancellationToken cancellationToken)
    {
        (_transport as IRoadChoice)?.BeginRound();
        return GuardAsync(() => RefreshOnceAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public Task<ListedRelease> FindTermsAsync(string model, string version, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var (_, bundle, terms) = await FindListedAsync(model, version, cancellationToken).ConfigureAwait(false);
        return new ListedRelease(model, version, terms.Number, bundle) { MinRelease = terms.MinRelease, Needs = terms.Needs };
    });

    /// <inheritdoc/>
    public Task<Release> FindAsync(string model, string version, CancellationToken cancellationToken) => GuardAsync(() => FindOnceAsync(model, version, cancellationToken));

    /// <summary>Fetches a small target whole and checks its length and digests.</summary>
    /// <param name="target">What <see cref="FindAsync"/> has in <see cref="Release.Keys"/>, for example.</param>
    /// <param name="maxBytes">More than that is refused before anything is fetched.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UpdateFailedException">It did not come, or is not what was signed.</exception>
    public Task<ReadOnlyMemory<byte>> FetchAsync(TargetMatch target, int maxBytes, CancellationToken cancellationToken) =>
        GuardAsync(() => FetchCheckedAsync(target, maxBytes, cancellationToken));

    private async Task<DesiredState?> RefreshOnceAsync(CancellationToken cancellationToken)
    {
        var group = _options.Group ?? throw new UpdateFailedException(UpdateReasons.BadDesiredState, "updates.group is not set: this device belongs to no group and takes no releases by itself", isFinal: false);
        var opened = Open();
        await RefreshMetadataAsync(opened, cancellationToken).ConfigureAwait(false);
        if (opened.Root.FindProblem() is { } problem) throw new UpdateFailedException(UpdateReasons.Untrusted, problem, isFinal: false);
        var desired = await FindDesiredAsync(opened.Client, group, cancellationToken).ConfigureAwait(false);
        _indices.BeginRound();
        return desired;
    }

    private async Task<(TufClient Client, TargetMatch Bundle, ReleaseTerms Terms)> FindListedAsync(string model, string version, CancellationToken cancellationToken)
    {
        if (ReleaseTerms.FindProblem(model, version) is { } problem) throw new UpdateFailedException(UpdateReasons.BadDesiredState, problem, isFinal: false);
        if (_opened?.Client is not { Current: not null } client)
            throw new UpdateFailedException(UpdateReasons.Unavailable, "the metadata of the repository is not up to date: no check has succeeded since the last one that failed", isFinal: false);
        var bundle = await client.FindTargetAsync(ReleaseTerms.PathOf(model, version), cancellationToken).ConfigureAwait(false);
        return (client, bundle, ReleaseTerms.Read(bundle, model, version));
    }

    private async Task<Release> FindOnceAsync(string model, string version, CancellationToken cancellationToken)
    {
        var (client, bundle, terms) = await FindListedAsync(model, version, cancellationToken).ConfigureAwait(false);
        var path = bundle.TargetPath;
        var index = await FindBesideAsync(client, bundle, ChunkIndex.PathOf(path), cancellationToken).ConfigureAwait(false);
        var keys = terms.IsEncrypted ? await FindBesideAsync(client, bundle, Path.ChangeExtension(path, KeysExtension), cancellationToken).ConfigureAwait(false) : null;
        var chunks = await ReadIndexAsync(bundle, index, cancellationToken).ConfigureAwait(false);
        return new Release(model, version, terms.Number, bundle, new ChunkFetch(chunks, index.FetchName, Sha256Of(index), bundle.FetchName))
        {
            MinRelease = terms.MinRelease,
            Needs = terms.Needs,
            Keys = keys,
        };
    }

    private async Task RefreshMetadataAsync(Opened opened, CancellationToken cancellationToken)
    {
        _road.Reset();
        RefreshResult result;
        try
        {
            result = await opened.Client.RefreshAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MetadataException e) when (_road.Asked == 0 && e is { Role: RoleNames.Root, Failure: not TrustFailure.NoRoot })
        {
            // Nothing was asked for, so it is the stored root that is bad, and no road's fault: flash memory forgets.
            opened.Root.Restore(e.Message);
            RepositoryLog.RootRestored(_logger, _options.RootFile!, e.Message);
            result = await opened.Client.RefreshAsync(cancellationToken).ConfigureAwait(false);
        }

        opened.Root.Remember([.. _road.Roots, opened.Store.ReadRoot()!]);
        foreach (var note in result.Notes) RepositoryLog.Note(_logger, note);
    }

    private async Task<DesiredState?> FindDesiredAsync(TufClient client, string group, CancellationToken cancellationToken)
    {
        TargetMatch target;
        try
        {
            target = await client.FindTargetAsync(DesiredState.TargetPath(group), cancellationToken).ConfigureAwait(false);
        }
        catch (TargetException e) when (e.Failure == TrustFailure.TargetNotFound)
        {
            return null;
        }

        var sha256 = Sha256Of(target);
        if (_desired is { } known && string.Equals(known.Sha256, sha256, StringComparison.Ordinal)) return known.State;
        var bytes = await FetchCheckedAsync(target, DesiredState.MaxBytes, cancellationToken).ConfigureAwait(false);
        var state = ParseDesired(target, bytes.Span, group);
        _desired = (sha256, state);
        return state;
    }

    private static DesiredState ParseDesired(TargetMatch target, ReadOnlySpan<byte> bytes, string group)
    {
        DesiredState state;
        try
        {
            state = RolloutDocument.Parse(bytes, group);
        }
        catch (FormatException e)
        {
            throw Wrong(e.Message);
        }

        foreach (var (name, model) in state.Models)
        {
            if (ReleaseTerms.FindProblem(name, model.Version) is { } problem) throw Wrong(problem);
            if (model.Stable is { } stable && ReleaseTerms.FindProblem(name, stable.Version) is { } stableProblem) throw Wrong(stableProblem);
        }

        return state;

        UpdateFailedException Wrong(string problem) =>
            new(UpdateReasons.BadDesiredState, $"{target.TargetPath}, signed by {target.Role}, cannot be followed: {problem}", isFinal: false);
    }

    /// <summary>Finds a file that belongs to a bundle. It counts only from the role that lists the bundle: another one could lend it a wrong index.</summary>
    private static async Task<TargetMatch> FindBesideAsync(TufClient client, TargetMatch bundle, string path, CancellationToken cancellationToken)
    {
        TargetMatch found;
        try
        {
            found = await client.FindTargetAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (TargetException e) when (e.Failure == TrustFailure.TargetNotFound)
        {
            throw new UpdateFailedException(UpdateReasons.NotListed, $"{bundle.Role} lists {bundle.TargetPath} but not {path}, which is needed to fetch it; add the model with an edgefleet of this version", isFinal: false, e);
        }

        return string.Equals(found.Role, bundle.Role, StringComparison.Ordinal) ? found : throw new UpdateFailedException(UpdateReasons.NotListed,
            $"{path} is listed by {found.Role}, and {bundle.TargetPath} by {bundle.Role}; one role must list both", isFinal: false);
    }

    private async Task<ChunkIndex> ReadIndexAsync(TargetMatch bundle, TargetMatch target, CancellationToken cancellationToken)
    {
        var sha256 = Sha256Of(target);
        if (_indices.Find(sha256) is not { } index)
        {
            var bytes = await FetchCheckedAsync(target, ChunkIndex.MaxIndexBytes, cancellationToken).ConfigureAwait(false);
            try
            {
                index = ChunkIndex.Parse(bytes.Span);
            }
            catch (ChunkIndexException e)
            {
                throw Wrong($"is no chunk index: {e.Message}");
            }

            _indices.Add(sha256, index);
        }

        if (!string.Equals(index.Target, bundle.TargetPath, StringComparison.Ordinal)) throw Wrong($"is the index of {index.Target}; expected {bundle.TargetPath}");
        if (index.Length != bundle.File.Length) throw Wrong($"speaks of {index.Length} bytes; {bundle.TargetPath} has {bundle.File.Length}");
        return string.Equals(index.Sha256, Sha256Of(bundle), StringComparison.Ordinal) ? index : throw Wrong($"speaks of SHA-256 {index.Sha256}; {bundle.TargetPath} has {Sha256Of(bundle)}");

        UpdateFailedException Wrong(string problem) => new(UpdateReasons.Untrusted, $"{target.TargetPath}, signed by {target.Role}, {problem}", isFinal: false);
    }

    private async Task<ReadOnlyMemory<byte>> FetchCheckedAsync(TargetMatch target, int maxBytes, CancellationToken cancellationToken)
    {
        var length = target.File.Length;
        if (length > maxBytes) throw new UpdateFailedException(UpdateReasons.Untrusted, $"{target.TargetPath}, signed by {target.Role}, has {length} bytes; at most {maxBytes} are accepted", isFinal: false);
        var result = await FetchInTimeAsync(target.FetchName, (int)length, cancellationToken).ConfigureAwait(false);
        if (result.IsNotFound) throw new TargetException(TrustFailure.NotFound, target.TargetPath, $"the file {target.FetchName}, which {target.Role} lists, on {_transport.Name}", "none");
        if (result.IsTooLong || result.Bytes.Length != length)
            throw new TargetException(TrustFailure.LengthMismatch, target.TargetPath, $"{length} bytes", result.IsTooLong ? "more" : $"{result.Bytes.Length}");
        return target.File.Digests.Mismatch(result.Bytes.Span) is var (expected, found) ? throw new TargetException(TrustFailure.HashMismatch, target.TargetPath, expected, found) : result.Bytes;
    }

    private async Task<FetchResult> FetchInTimeAsync(string name, int length, CancellationToken cancellationToken)
    {
        var limit = FetchGrace + TimeSpan.FromSeconds((double)length / MinBytesPerSecond);
        using var late = new CancellationTokenSource(limit, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await _transport.FetchAsync(TransferKind.Target, name, length, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RepositoryUnavailableException($"{name} did not arrive from {_transport.Name} within {limit.TotalSeconds:0} s");
        }
    }

    /// <summary>The digest that chunks and names go by.</summary>
    private static string Sha256Of(TargetMatch target) => target.File.Digests.All.GetValueOrDefault("sha256")
        ?? throw new TargetException(TrustFailure.HashMismatch, target.TargetPath, $"a digest by sha256 from {target.Role}", string.Join(", ", target.File.Digests.All.Keys.Take(5)));

    private Opened Open()
    {
        if (_opened is { } there) return there;
        var store = new MetadataStore(Path.Combine(_directory, MemoryDirectory));
        var root = new FleetRoot(_options.RootFile, store, _directory);
        var isNew = !store.HasRoot;
        root.Provision();
        if (isNew) RepositoryLog.Provisioned(_logger, _options.RootFile!);
        return _opened = new Opened(store, root, new TufClient(store, _road, _clock));
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await ActAsync(act).ConfigureAwait(false);
        }
        catch (TrustException e)
        {
            throw e.Failure switch
            {
                TrustFailure.Unavailable => Failed(UpdateReasons.Unavailable, "", e),
                TrustFailure.TargetNotFound => Failed(UpdateReasons.NotListed, "", e),
                TrustFailure.ClockNotTrusted => Failed(UpdateReasons.Untrusted, " (updates.trustSystemClock says so for boards with a clock of their own)", e),
                _ => Failed(UpdateReasons.Untrusted, RoadHint(e.Failure, _transport.Name) + WhatOthersSaid() + (_opened?.Root.FindProblem() is { } problem ? $". Besides, {problem}" : ""), e),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpdateFailedException(UpdateReasons.Storage, $"the memory of the repository in {_directory} cannot be used: {e.Message}", isFinal: false, e);
        }
    }

    /// <summary>Asks again on another road while what came is refused: one old or hostile copy must not keep the device from a good one.</summary>
    private async Task<T> ActAsync<T>(Func<Task<T>> act)
    {
        while (true)
        {
            try
            {
                return await act().ConfigureAwait(false);
            }
            catch (TrustException e) when (IsOfTheRoad(e.Failure) && _transport is IRoadChoice roads && roads.PassOver(e.Message + RoadHint(e.Failure, _transport.Name)))
            {
                // The chain has logged it and takes the next road.
            }
        }
    }

    private string WhatOthersSaid() => (_transport as IRoadChoice)?.WhatOthersSaid is { Count: > 0 } others ? $". The other roads: {string.Join("; ", others)}" : "";

    /// <summary>False where every road would bring the same.</summary>
    private static bool IsOfTheRoad(TrustFailure failure) =>
        failure is not (TrustFailure.Unavailable or TrustFailure.ClockNotTrusted or TrustFailure.NoRoot or TrustFailure.TargetNotFound or TrustFailure.TooManyRoles or TrustFailure.TooManyRoots);

    /// <summary>What the refusal means on the road that it came over: who stands before a stick has no depot to look after, and who has mistyped an address must see it.</summary>
    internal static string RoadHint(TrustFailure failure, string road) => failure switch
    {
        TrustFailure.Expired when Path.IsPathRooted(road) => $". It came from {road}: make a new copy of the repository there",
        TrustFailure.NotFound or TrustFailure.LengthMismatch or TrustFailure.HashMismatch or TrustFailure.VersionMismatch when Path.IsPathRooted(road) =>
            $". It came from {road}, which is no whole copy of the repository: make a new one",
        TrustFailure.NotFound when road.StartsWith("http", StringComparison.Ordinal) => $". Asked: {road} (not found, 404); is it the address below which metadata/ and targets/ are?",
        _ => $". It came over {road}",
    };

    private static UpdateFailedException Failed(string code, string hint, TrustException cause) => new(code, cause.Message + hint, isFinal: false, cause);

    private sealed record Opened(MetadataStore Store, FleetRoot Root, TufClient Client);
}
