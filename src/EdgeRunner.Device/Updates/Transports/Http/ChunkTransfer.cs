using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Updates.Transports.Http;

/// <summary>What the requests for the chunks of one file share. Thread-safe.</summary>
/// <param name="fetch">The file.</param>
/// <param name="sink">Where chunks go.</param>
/// <param name="address">Where the file is.</param>
/// <param name="title">The file, for messages.</param>
internal sealed class ChunkTransfer(ChunkFetch fetch, IChunkSink sink, Uri address, string title)
{
    private readonly bool[] _wrong = new bool[fetch.Index.Count];
    private int _isReadWhole;

    public ChunkIndex Index => fetch.Index;

    public Uri Address => address;

    public string Title => title;

    /// <summary>True when a request reads the file from its beginning, because the server does not know Range: the others are not needed.</summary>
    public bool IsReadWhole
    {
        get => Volatile.Read(ref _isReadWhole) != 0;
        set => Volatile.Write(ref _isReadWhole, value ? 1 : 0);
    }

    /// <summary>Chunks that came and were not what was signed.</summary>
    public int WrongChunks => _wrong.Count(wrong => wrong);

    /// <summary>True for the one request that is to read the whole file.</summary>
    public bool TryReadWhole() => Interlocked.Exchange(ref _isReadWhole, 1) == 0;

    /// <summary>True for a chunk that is still wanted from this server.</summary>
    public bool IsWanted(int number) => sink.IsMissing(number) && !Volatile.Read(ref _wrong[number]);

    /// <summary>Reads whole chunks from <paramref name="number"/> on, as many as <paramref name="length"/> bytes hold.</summary>
    public async ValueTask ReadAsync(BodyReader body, int number, long length)
    {
        var buffer = new byte[ChunkIndex.MaxChunkBytes];
        for (; number < Index.Count && body.BytesRead + Index[number].Length <= length && sink.Missing > 0; number++)
        {
            var bytes = buffer.AsMemory(0, Index[number].Length);
            await body.ReadExactlyAsync(bytes).ConfigureAwait(false);
            if (sink.IsMissing(number) && sink.Offer(number, bytes.Span) == ChunkOutcome.Wrong) Volatile.Write(ref _wrong[number], true);
        }
    }

    /// <summary>Only wrong chunks are left.</summary>
    public RepositoryUnavailableException Damaged() => new(
        $"{title} is damaged: {WrongChunks} of its {Index.Count} chunks, the first at byte {Index[Array.IndexOf(_wrong, true)].Offset}, are not what was signed");
}
