using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Tests.Updates.Download;

/// <summary>A road that does what a test says: what brings chunks is trusted with nothing, so it may do anything.</summary>
internal sealed class ScriptedTransport(byte[] file, Func<ChunkFetch, IChunkSink, CancellationToken, Task>? fetch = null) : IUpdateTransport
{
    public string Name => "scripted";

    /// <summary>Numbers of the chunks that the honest road was asked for, in order.</summary>
    internal List<int> Brought { get; } = [];

    /// <summary>Ends the honest road after so many chunks.</summary>
    internal int? BreakAfter { get; set; }

    public ValueTask<FetchResult> FetchAsync(TransferKind kind, string name, int maxBytes, CancellationToken cancellationToken) => throw new NotSupportedException("downloads fetch chunks only");

    public Task FetchChunksAsync(ChunkFetch request, IChunkSink sink, CancellationToken cancellationToken) => fetch?.Invoke(request, sink, cancellationToken) ?? BringAsync(request, sink, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Brings what is missing, in order.</summary>
    internal Task BringAsync(ChunkFetch request, IChunkSink sink, CancellationToken cancellationToken)
    {
        for (var number = 0; number < request.Index.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!sink.IsMissing(number)) continue;
            if (BreakAfter-- == 0) throw new RepositoryUnavailableException("the cable was pulled");
            Brought.Add(number);
            sink.Offer(number, Chunk(request, number));
        }

        return Task.CompletedTask;
    }

    internal ReadOnlySpan<byte> Chunk(ChunkFetch request, int number) => file.AsSpan((int)request.Index[number].Offset, request.Index[number].Length);
}
