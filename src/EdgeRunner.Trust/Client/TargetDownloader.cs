using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Client;

/// <summary>Fetches targets into files. A file has its name only when it is whole and right; until then it is <c>.NAME.part</c> beside
/// it.</summary>
/// <param name="fetcher">The road to the targets.</param>
/// <param name="timeProvider">For the limit of time.</param>
/// <param name="options">Bounds of time.</param>
public sealed class TargetDownloader(ITargetFetcher fetcher, TimeProvider timeProvider, TufClientOptions? options = null)
{
    private const int BufferBytes = 64 << 10;

    private readonly TufClientOptions _options = options ?? new TufClientOptions();

    /// <summary>True when the file is there with the right length and digests.</summary>
    public static async Task<bool> IsPresentAsync(TargetMatch target, string file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!File.Exists(file) || new FileInfo(file).Length != target.File.Length)
        {
            return false;
        }
        using var check = new DigestCheck(target.File.Digests);
        using var content = File.OpenRead(file);
        var buffer = new byte[BufferBytes];
        while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            check.Append(buffer.AsSpan(0, read));
        }
        return check.Mismatch() is null;
    }

    /// <summary>Fetches a target.</summary>
    /// <param name="target">What <see cref="TufClient.FindTargetAsync"/> found.</param>
    /// <param name="file">Where it goes; an older file there is replaced.</param>
    /// <param name="cancellationToken">Gives up; what has arrived is deleted.</param>
    /// <exception cref="TargetException">What came is not the target.</exception>
    /// <exception cref="RepositoryUnavailableException">It did not come, or too slowly.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task DownloadAsync(TargetMatch target, string file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentException.ThrowIfNullOrEmpty(file);
        var path = Path.GetFullPath(file);
        var directory = Path.GetDirectoryName(path)!;
        var part = Path.Combine(directory, $".{Path.GetFileName(path)}.part");
        try
        {
            await FetchAsync(target, part, cancellationToken).ConfigureAwait(false);
            File.Move(part, path, overwrite: true);
            DirectorySync.Flush(directory);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private async Task FetchAsync(TargetMatch target, string part, CancellationToken cancellationToken)
    {
        var limit = _options.TimeFor(target.File.Length);
        using var late = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var output = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            // A fetcher that does not look at its token is left behind.
            using var content = await fetcher.OpenAsync(target.FetchName, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false)
                ?? throw new TargetException(TrustFailure.NotFound, target.TargetPath, $"the file {target.FetchName}, which {target.Role} lists", "none");
            await CopyAsync(target, content, output, either.Token).ConfigureAwait(false);
            output.Flush(flushToDisk: true);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RepositoryUnavailableException($"the {target.File.Length} bytes of {target.FetchName} did not arrive within {limit.TotalSeconds:0} s");
        }
    }

    private static async Task CopyAsync(TargetMatch target, Stream content, FileStream output, CancellationToken cancellationToken)
    {
        using var check = new DigestCheck(target.File.Digests);
        var buffer = new byte[BufferBytes];
        var left = target.File.Length;
        while (left > 0)
        {
            // Never asks for more than the target has: what follows is not looked at, however much it is.
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken).AsTask()
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new TargetException(TrustFailure.LengthMismatch, target.TargetPath, $"{target.File.Length} bytes", $"{target.File.Length - left}");
            }
            check.Append(buffer.AsSpan(0, read));
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            left -= read;
        }
        if (check.Mismatch() is var (expected, found))
        {
            throw new TargetException(TrustFailure.HashMismatch, target.TargetPath, expected, found);
        }
    }
}
