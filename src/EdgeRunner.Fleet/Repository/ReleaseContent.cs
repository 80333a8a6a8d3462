using EdgeRunner.Trust.Json;

namespace EdgeRunner.Fleet.Repository;

/// <summary>The file that devices fetch for a model: its bundle, or what encryption made of it.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Sha256">What it was found to be when it was checked, lowercase hex.</param>
internal sealed record ReleaseContent(string Path, string Sha256)
{
    /// <summary>Where it is cut into chunks, as lengths in order; null cuts it by the rule of <see cref="EdgeRunner.Inference.Chunks.FileChunker"/>.</summary>
    internal IReadOnlyList<int>? ChunkLengths { get; init; }

    /// <summary>More members for the <c>custom</c> of the target, e.g. <c>encrypted</c>.</summary>
    internal IReadOnlyDictionary<string, JsonTree> Custom { get; init; } = new Dictionary<string, JsonTree>(StringComparer.Ordinal);

    /// <summary>More targets of the same name, by their ending: <c>.keys</c> to its bytes.</summary>
    internal IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Companions { get; init; } = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
}
