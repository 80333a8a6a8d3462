using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Updates.Download;

/// <summary>Fetches releases into <see cref="PartDirectory"/>: what of them is on this device is taken from there, the rest comes over a road. Use from one task at a time.</summary>
/// <remarks>Nothing is remembered of an interrupted download but the file itself: each call finds out by hashing what is in it. Holds one chunk in memory for each
/// thread that brings some.</remarks>
internal sealed partial class ReleaseDownloader : IReleaseDownloader
{
    /// <summary>A disk that gives back other bytes than were written gets them again so many times.</summary>
    private const int Rounds = 3;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);

    private readonly UpdateOptions _options;
    private readonly IUpdateTransport _transport;
    private readonly IReadOnlyList<IChunkStock> _stocks;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<ReleaseDownloader> _logger;
    private readonly PartDirectory _parts;

    /// <summary>Nothing is read or made yet.</summary>
    /// <param name="options">How much of the disk stays free.</param>
    /// <param name="stateDirectory">The daemon's state directory.</param>
    /// <param name="transport">The road; stays with the caller.</param>
    /// <param name="stocks">Where chunks may be found on this device, best first; other downloads are asked after them.</param>
    /// <param name="timeProvider">For the rate.</param>
    /// <param name="logger">Told what is fetched and what is not.</param>
    public ReleaseDownloader(UpdateOptions options, string stateDirectory, IUpdateTransport transport, IReadOnlyList<IChunkStock> stocks, TimeProvider timeProvider, ILogger<ReleaseDownloader> logger)
    {
        (_options, _transport, _timeProvider, _logger) = (options, transport, timeProvider, logger);
        _parts = new PartDirectory(stateDirectory);
        _stocks = [.. stocks, new OtherParts(_parts, logger)];
    }

    /// <inheritdoc/>
    public Task<string> FetchAsync(Release release, IProgress<DownloadProgress> progress, CancellationToken cancellationToken) => GuardAsync(release, async () =>
    {
        RequireLength(release);
        var path = _parts.PartFile(release.Model, release.Chunks.Index.Sha256);
        MakeDirectory(_parts.Of(release.Model));
        using var part = PartFile.Open(path);
        var ledger = new ChunkLedger(release.Chunks.Index);
        var sink = new PartSink(ledger, part);
        var report = new ProgressReport(release, ledger, sink, _transport, progress, _timeProvider);
        try
        {
            await WatchAsync(Task.Run(() => Prepare(release, part, ledger, sink, cancellationToken), cancellationToken), report).ConfigureAwait(false);
            await FillAsync(release, part, ledger, sink, report, cancellationToken).ConfigureAwait(false);
        }
        catch when (part.IsDiscredited || (part.IsNew && ledger.BytesHere == 0))
        {
            File.Delete(path); // what cannot be believed, and the disk that was reserved for nothing
            throw;
        }
        finally
        {
            sink.Close();
            if (sink.Wrong > 0) DownloadLog.WrongChunks(_logger, release.Title, sink.Wrong, _transport.Name);
        }

        DirectorySync.Flush(_parts.Of(release.Model));
        DownloadLog.Complete(_logger, release.Title, sink.BytesFetched, _transport.Name);
        return path;
    });

    /// <inheritdoc/>
    public Task<long> MeasureAsync(Release release, CancellationToken cancellationToken) => GuardAsync(release, () => Task.Run(() =>
    {
        RequireLength(release);
        var ledger = new ChunkLedger(release.Chunks.Index);
        using var part = PartFile.OpenToRead(_parts.PartFile(release.Model, release.Chunks.Index.Sha256));
        if (DiskRoom.FindProblem(ExistingPart(_parts.Of(release.Model)), release, part?.Allocated ?? 0, Reclaimable(release), _options) is { } problem)
            throw new UpdateFailedException(UpdateReasons.NoSpace, problem, isFinal: false);
        if (part is not null) ReadAgain(part, ledger, cancellationToken);
        var buffer = new byte[32];
        foreach (var stock in _stocks.TakeWhile(_ => ledger.Missing > 0))
        {
            stock.OfferTo(release, piece => Mark(ledger, piece, buffer), cancellationToken);
        }

        return release.Chunks.Index.Length - ledger.BytesHere;
    }, cancellationToken));

    /// <inheritdoc/>
    public void Discard(string model, string? exceptSha256 = null)
    {
        try
        {
            _parts.Delete(model, exceptSha256);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DownloadLog.CannotDelete(_logger, _parts.Of(model), e.Message); // it takes space until the next try, and harms nothing else
        }
    }

    private void Prepare(Release release, PartFile part, ChunkLedger ledger, PartSink sink, CancellationToken cancellationToken)
    {
        var directory = _parts.Of(release.Model);
        var index = release.Chunks.Index;
        MakeRoom(directory, release, part);
        part.Reserve(index.Length);
        File.WriteAllBytes(_parts.IndexFile(release.Model, index.Sha256), index.ToBytes());
        if (!part.IsNew) ReadAgain(part, ledger, cancellationToken);
        var resumed = ledger.BytesHere;
        IOException? failure = null;
        foreach (var stock in _stocks)
        {
            if (ledger.Missing == 0 || failure is not null) break;
            stock.OfferTo(release, Take, cancellationToken);
        }

        if (failure is not null) throw failure;
        DownloadLog.Begins(_logger, release.Title, index.Length - ledger.BytesHere, index.Length, sink.BytesReused, resumed);

        bool Take(ReadOnlySpan<byte> piece)
        {
            try
            {
                sink.TakeIfMissing(piece);
                return ledger.Missing > 0;
            }
            catch (IOException e)
            {
                failure = e; // of our file, and not of the one that is searched
                return false;
            }
        }
    }

    private async Task FillAsync(Release release, PartFile part, ChunkLedger ledger, PartSink sink, ProgressReport report, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            if (ledger.Missing > 0)
            {
                await WatchAsync(Task.Run(() => _transport.FetchChunksAsync(release.Chunks, sink, cancellationToken), cancellationToken), report).ConfigureAwait(false);
                if (ledger.Missing > 0) throw new RepositoryUnavailableException($"{_transport.Name} ended before all was there");
            }

            var mismatch = await Task.Run(() =>
            {
                part.Flush();
                return part.Verify(ledger, release.Target.File.Digests, cancellationToken);
            }, cancellationToken).ConfigureAwait(false);
            report.Tell();
            if (ledger.Missing == 0)
            {
                if (mismatch is null) return;
                Discard(release.Model, exceptSha256: null);
                throw new UpdateFailedException(UpdateReasons.DigestMismatch,
                    $"every chunk of {release.Title} is as its signed index says, and the whole is not what was signed: expected {mismatch.Value.Expected}, found {mismatch.Value.Found}; the index belongs to another file, add the model again under a new version", isFinal: true);
            }

            if (round == Rounds)
                throw new UpdateFailedException(UpdateReasons.Storage, $"{part.FilePath} does not hold what is written to it: {ledger.Missing} of {ledger.Index.Count} chunks were damaged when they were read back, {Rounds} times; the disk may be failing", isFinal: false);
            DownloadLog.DamagedOnDisk(_logger, release.Title, ledger.Missing);
        }
    }

    /// <summary>Waits, and tells how far it is meanwhile.</summary>
    private async Task WatchAsync(Task work, ProgressReport report)
    {
        using var timer = new PeriodicTimer(ReportInterval, _timeProvider);
        while (!work.IsCompleted)
        {
            report.Tell();
            await Task.WhenAny(work, timer.WaitForNextTickAsync(CancellationToken.None).AsTask()).ConfigureAwait(false);
        }

        await work.ConfigureAwait(false);
        report.Tell();
    }

    private static void ReadAgain(PartFile part, ChunkLedger ledger, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkIndex.MaxChunkBytes];
        for (var number = 0; number < ledger.Index.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ledger.Index.IsChunk(number, part.Read(ledger.Index[number], buffer)) && ledger.TryClaim(number)) ledger.Complete(number);
        }
    }
}
