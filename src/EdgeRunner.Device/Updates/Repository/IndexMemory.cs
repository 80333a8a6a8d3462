using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Updates.Repository;

/// <summary>The chunk indices of the last round that had an answer and of the present one, by digest: a release that waits, or was refused, must not cost an index with
/// each check. 36 bytes a chunk, so about 60 KB for 100 MB of model.</summary>
internal sealed class IndexMemory
{
    private Dictionary<string, ChunkIndex> _before = new(StringComparer.Ordinal);
    private Dictionary<string, ChunkIndex> _now = new(StringComparer.Ordinal);

    /// <summary>Forgets what nobody has asked for since the last call.</summary>
    public void BeginRound() => (_before, _now) = (_now, new Dictionary<string, ChunkIndex>(StringComparer.Ordinal));

    /// <summary>An index that has come; null when it has not, or was forgotten.</summary>
    /// <param name="sha256">The signed digest of the file.</param>
    public ChunkIndex? Find(string sha256)
    {
        if (_now.TryGetValue(sha256, out var index)) return index;
        if (!_before.TryGetValue(sha256, out index)) return null;
        Add(sha256, index);
        return index;
    }

    /// <summary>Keeps one.</summary>
    public void Add(string sha256, ChunkIndex index) => _now[sha256] = index;
}
