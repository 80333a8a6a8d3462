using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Device.Updates.Transports;

/// <summary>A repository that was copied to a directory or a USB stick: <c>metadata/</c> and <c>targets/</c> below it. Nothing is written there. Thread-safe.</summary>
/// <remarks>"Not found" ends the search for a newer root, so a stick that was pulled out must not look like one: it is said only while the
/// timestamp is there. Names may be those of any file system; links that leave the directory, pipes and devices are refused.</remarks>
/// <param name="directory">The directory; it need not be there yet.</param>
internal sealed class DirectoryTransport(string directory) : IUpdateTransport
{
    private const string Metadata = "metadata";
    private const string Targets = "targets";
    private const string Timestamp = "timestamp.json";

    private readonly string _directory = Path.GetFullPath(directory);

    /// <inheritdoc/>
    public string Name => _directory;

    /// <inheritdoc/>
    public async ValueTask<FetchResult> FetchAsync(TransferKind kind, string name, int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var file = Open(kind == TransferKind.Metadata, name);
        if (file is null) return FetchResult.NotFound;
        try
        {
            // One byte more than is allowed: a file can grow while it is read, and a length of 2^60 must not be made room for.
            var length = RandomAccess.GetLength(file);
            if (length > maxBytes) return FetchResult.TooLong;
            var bytes = new byte[length];
            var read = await ReadAsync(file, bytes, 0, cancellationToken).ConfigureAwait(false);
            return FetchResult.Found(bytes.AsMemory(0, read));
        }
        catch (IOException e)
        {
            throw Unreadable(name, e);
        }
    }

    /// <inheritdoc/>
    public async Task FetchChunksAsync(ChunkFetch fetch, IChunkSink sink, CancellationToken cancellationToken)
    {
        using var file = Open(isMetadata: false, fetch.FileName)
            ?? throw new RepositoryUnavailableException($"{_directory} has no {Targets}/{fetch.FileName}: the copy is incomplete, copy the repository again");
        var buffer = new byte[ChunkIndex.MaxChunkBytes];
        var (wrong, firstWrong) = (0, -1);
        for (var number = 0; number < fetch.Index.Count && sink.Missing > 0; number++)
        {
            if (!sink.IsMissing(number)) continue;
            var chunk = fetch.Index[number];
            var read = await ReadChunkAsync(file, fetch.FileName, buffer.AsMemory(0, chunk.Length), chunk.Offset, cancellationToken).ConfigureAwait(false);
            if (sink.Offer(number, buffer.AsSpan(0, read)) != ChunkOutcome.Wrong) continue;
            if (wrong++ == 0) firstWrong = number;
        }

        if (wrong > 0)
            throw new RepositoryUnavailableException($"{Targets}/{fetch.FileName} in {_directory} is damaged: {wrong} of its {fetch.Index.Count} chunks, the first at byte {fetch.Index[firstWrong].Offset}, are not what was signed; copy the repository again");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async ValueTask<int> ReadAsync(SafeFileHandle file, Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        var done = 0;
        while (done < buffer.Length)
        {
            var read = await RandomAccess.ReadAsync(file, buffer[done..], offset + done, cancellationToken).ConfigureAwait(false);
            if (read == 0) break;
            done += read;
        }

        return done;
    }

    private async ValueTask<int> ReadChunkAsync(SafeFileHandle file, string name, Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(file, buffer, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            // Only reading is inside: what the sink says of its own disk is not this road's fault.
            throw Unreadable(name, e);
        }
    }

    /// <returns>Null when the repository is there and has no such file.</returns>
    private SafeFileHandle? Open(bool isMetadata, string name)
    {
        try
        {
            if (isMetadata && name.Contains('/', StringComparison.Ordinal)) throw new UnauthorizedAccessException($"\"{name}\" is not the name of a metadata file");
            var file = ConfinedFile.OpenRead(_directory, $"{(isMetadata ? Metadata : Targets)}/{name}");
            if (file is not null) return file;
            using var timestamp = ConfinedFile.OpenRead(_directory, $"{Metadata}/{Timestamp}");
            return timestamp is not null ? null : throw new RepositoryUnavailableException(
                Directory.Exists(_directory)
                    ? $"{_directory} has no {Metadata}/{Timestamp}: it is no copy of a repository, or the stick is not mounted there"
                    : $"{_directory} is not there: is the stick plugged in and mounted?");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(name, e);
        }
    }

    private RepositoryUnavailableException Unreadable(string name, Exception cause) => new($"{name} cannot be read from {_directory}: {cause.Message}", cause);
}
