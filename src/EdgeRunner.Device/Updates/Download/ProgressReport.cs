using EdgeRunner.Device.Updates.Transports;

namespace EdgeRunner.Device.Updates.Download;

/// <summary>Tells how far a download is. One thread at a time.</summary>
internal sealed class ProgressReport(Release release, ChunkLedger ledger, PartSink sink, IUpdateTransport transport, IProgress<DownloadProgress> progress, TimeProvider timeProvider)
{
    private readonly RateMeter _rate = new(timeProvider);

    internal void Tell() =>
        progress.Report(new DownloadProgress(ledger.BytesHere, release.Chunks.Index.Length, sink.BytesReused, _rate.Add(sink.BytesFetched), transport.Name));
}
