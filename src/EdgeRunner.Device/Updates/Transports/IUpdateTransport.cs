using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates.Transports;

/// <summary>A road to a repository of releases: the broker, a web server, a directory. It is trusted with nothing: what it brings is verified by who asked.</summary>
internal interface IUpdateTransport : IAsyncDisposable
{
    /// <summary>For people: <c>mqtt</c>, the address, the directory.</summary>
    string Name { get; }

    /// <summary>Fetches a whole small file.</summary>
    /// <param name="kind"><see cref="TransferKind.Metadata"/> or <see cref="TransferKind.Target"/>.</param>
    /// <param name="name">Name below <c>metadata/</c> or <c>targets/</c> as the repository has it, not escaped for any road.</param>
    /// <param name="maxBytes">Reading stops after so many bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RepositoryUnavailableException">No answer on this road: the next one may have it.</exception>
    ValueTask<FetchResult> FetchAsync(TransferKind kind, string name, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Fetches the chunks that the sink misses and offers each, in any order, also twice; returns when none is missing.</summary>
    /// <exception cref="RepositoryUnavailableException">The road brings nothing any more. What was offered stays.</exception>
    /// <exception cref="IOException">The sink cannot take more, e.g. because the disk is full.</exception>
    Task FetchChunksAsync(ChunkFetch fetch, IChunkSink sink, CancellationToken cancellationToken);
}
