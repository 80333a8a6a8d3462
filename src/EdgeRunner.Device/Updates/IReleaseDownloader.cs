namespace EdgeRunner.Device.Updates;

/// <summary>Fetches the bytes of releases into files.</summary>
internal interface IReleaseDownloader
{
    /// <summary>Fetches a release, or what of it is not on this device. Can be called again after any interruption and goes on where it stopped.</summary>
    /// <param name="release">What to fetch.</param>
    /// <param name="progress">Told at most a few times a second.</param>
    /// <param name="cancellationToken">Stops; what is here stays for the next call.</param>
    /// <returns>The file: complete, flushed, its digest the signed one. The caller deletes it with <see cref="Discard"/>.</returns>
    /// <exception cref="UpdateFailedException">See its code; what is here stays, unless it was wrong.</exception>
    Task<string> FetchAsync(Release release, IProgress<DownloadProgress> progress, CancellationToken cancellationToken);

    /// <summary>How many bytes would have to be fetched now; reads what is on the disk.</summary>
    /// <exception cref="UpdateFailedException">There is no room for it.</exception>
    Task<long> MeasureAsync(Release release, CancellationToken cancellationToken);

    /// <summary>Deletes what belongs to downloads of a model, except those of <paramref name="exceptSha256"/>.</summary>
    void Discard(string model, string? exceptSha256 = null);
}
