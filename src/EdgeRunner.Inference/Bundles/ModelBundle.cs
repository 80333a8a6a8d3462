using System.Diagnostics.CodeAnalysis;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A verified <c>.ermodel</c> file, held in memory: the bytes that were checked are the bytes that are used, whatever
/// happens to the file afterwards. Immutable and thread-safe until disposed.</summary>
public sealed class ModelBundle : IDisposable
{
    private readonly Dictionary<string, byte[]> _files;

    private ModelBundle(string path, ModelManifest manifest, string sha256, long sizeBytes, Dictionary<string, byte[]> files)
    {
        Path = path;
        Manifest = manifest;
        Sha256 = sha256;
        SizeBytes = sizeBytes;
        _files = files;
    }

    /// <summary>Where it was read from.</summary>
    public string Path { get; }

    /// <summary>The parsed and checked <c>model.json</c>.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Digest of the whole bundle file: 64 lower-case hex digits.</summary>
    public string Sha256 { get; }

    /// <summary>Length of the whole bundle file, in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>Names of all files, <c>model.json</c> included.</summary>
    public IReadOnlyCollection<string> FileNames => _files.Keys;

    /// <summary>Reads, verifies and parses a bundle.</summary>
    /// <exception cref="BundleException">The content is refused.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ModelBundle Open(string path, BundleLimits? limits = null) => throw new NotSupportedException(path + limits);

    /// <summary>The bytes of a file; valid until this bundle is disposed.</summary>
    /// <exception cref="BundleException">The bundle has no such file.</exception>
    public ReadOnlyMemory<byte> GetFile(string name) => TryGetFile(name, out var content)
        ? content.Value
        : throw new BundleException(BundleErrorReason.FileList, Path, name, "is not in the bundle");

    /// <summary>The bytes of a file, if there is one of that name.</summary>
    public bool TryGetFile(string name, [NotNullWhen(true)] out ReadOnlyMemory<byte>? content)
    {
        ObjectDisposedException.ThrowIf(_files.Count == 0, this);
        content = _files.TryGetValue(name, out var bytes) ? bytes : null;
        return content is not null;
    }

    /// <summary>Lets the memory go. Do this once the sessions are made: ONNX Runtime keeps its own copy.</summary>
    public void Dispose() => _files.Clear();
}
