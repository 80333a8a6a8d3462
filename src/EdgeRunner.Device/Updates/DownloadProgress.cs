namespace EdgeRunner.Device.Updates;

/// <summary>Where a download is.</summary>
/// <param name="BytesDone">Bytes that are here.</param>
/// <param name="BytesTotal">Length of the file.</param>
/// <param name="BytesReused">Of those here, what was on this device before.</param>
/// <param name="BytesPerSecond">Over the last few seconds; 0 at first.</param>
/// <param name="Transport">The road in use.</param>
internal readonly record struct DownloadProgress(long BytesDone, long BytesTotal, long BytesReused, double BytesPerSecond, string Transport)
{
    /// <summary>Seconds to go; null while nothing moves.</summary>
    public double? RemainingSeconds => BytesPerSecond > 0 ? (BytesTotal - BytesDone) / BytesPerSecond : null;
}
