namespace EdgeRunner.Device.Updates;

/// <summary>The way to one repository of releases. Dispose it when nothing of it is used any more.</summary>
/// <param name="source">What signed metadata says.</param>
/// <param name="downloader">Fetches.</param>
/// <param name="unsealer">Decrypts.</param>
/// <param name="owned">What goes with it: the transports.</param>
internal sealed class UpdateRoads(IReleaseSource source, IReleaseDownloader downloader, IReleaseUnsealer unsealer, params IAsyncDisposable[] owned) : IAsyncDisposable
{
    /// <summary>What signed metadata says.</summary>
    public IReleaseSource Source { get; } = source;

    /// <summary>Fetches.</summary>
    public IReleaseDownloader Downloader { get; } = downloader;

    /// <summary>Decrypts.</summary>
    public IReleaseUnsealer Unsealer { get; } = unsealer;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var one in owned) await one.DisposeAsync().ConfigureAwait(false);
    }
}
