using System.Security.Cryptography;
using EdgeRunner.Inference.Graphs;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A verified <c>.ermodel</c> file, held in memory: the bytes that were checked are the bytes that are used, whatever
/// happens to the file afterwards. Immutable and thread-safe until disposed.</summary>
/// <remarks>Each file is one managed array of exactly its size, so loading costs the bundle's size once, and sessions get it without a copy in
/// between. Above 85 KB such arrays go back to the system with the next full collection after <see cref="Dispose"/>: who has just loaded
/// a large model and wants the memory at once asks the collector.</remarks>
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
    public static ModelBundle Open(string path, BundleLimits? limits = null)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return Read(stream, path, limits ?? BundleLimits.Default);
    }

    internal static ModelBundle Read(Stream stream, string path, BundleLimits limits)
    {
        var contents = ZipReader.Read(stream, path, limits);
        if (!contents.Files.TryGetValue(ModelManifest.FileName, out var json))
        {
            throw new BundleException(BundleErrorReason.FileList, path, ModelManifest.FileName, "is not in the bundle");
        }
        var manifest = ManifestReader.Read(json, $"{path}/{ModelManifest.FileName}", ManifestForm.Bundle);
        foreach (var unlisted in contents.Files.Keys.Where(name => !IsListed(manifest, name)))
        {
            throw new BundleException(BundleErrorReason.FileList, path, unlisted, $"is in the bundle but not in the files of {ModelManifest.FileName}");
        }
        foreach (var file in manifest.Files)
        {
            CheckFile(file, contents.Files, path);
        }
        return new ModelBundle(path, manifest, contents.Sha256, contents.SizeBytes, contents.Files);
    }

    /// <summary>The bytes of a file; valid until this bundle is disposed.</summary>
    /// <exception cref="BundleException">The bundle has no such file.</exception>
    public ReadOnlyMemory<byte> GetFile(string name) => TryGetFile(name, out var content)
        ? content
        : throw new BundleException(BundleErrorReason.FileList, Path, name, "is not in the bundle");

    /// <summary>The bytes of a file, if there is one of that name.</summary>
    public bool TryGetFile(string name, out ReadOnlyMemory<byte> content)
    {
        ObjectDisposedException.ThrowIf(_files.Count == 0, this);
        var found = _files.TryGetValue(name, out var bytes);
        content = bytes;
        return found;
    }

    /// <summary>Files of this bundle in which an ONNX file keeps its weights: ONNX Runtime must be given each of them with the model.</summary>
    /// <exception cref="BundleException">There is no such file, it is no ONNX model, or it names a file that is not in the bundle.</exception>
    public IReadOnlyList<string> GetExternalFiles(string onnxFile) => ReadFacts(onnxFile).ExternalFiles;

    /// <summary>What an ONNX file says of itself; its external files are all in this bundle.</summary>
    /// <inheritdoc cref="GetExternalFiles"/>
    internal OnnxModelFacts ReadFacts(string onnxFile)
    {
        _ = GetFile(onnxFile);
        try
        {
            var facts = OnnxModelFacts.Read(_files[onnxFile]);
            return facts.ExternalFiles.FirstOrDefault(name => !_files.ContainsKey(name)) is { } missing
                ? throw new BundleException(BundleErrorReason.FileList, Path, onnxFile, $"has external data in \"{missing}\", which is not in the bundle")
                : facts;
        }
        catch (FormatException e)
        {
            throw new BundleException(BundleErrorReason.Content, Path, onnxFile, e.Message);
        }
    }

    /// <summary>Lets the memory go. Do this once the sessions are made: ONNX Runtime keeps its own copy.</summary>
    public void Dispose() => _files.Clear();

    private static bool IsListed(ModelManifest manifest, string name) =>
        string.Equals(name, ModelManifest.FileName, StringComparison.Ordinal)
        || manifest.Files.Any(file => string.Equals(file.Name, name, StringComparison.Ordinal));

    private static void CheckFile(FileSpec file, Dictionary<string, byte[]> files, string path)
    {
        if (!files.TryGetValue(file.Name, out var content))
        {
            throw new BundleException(BundleErrorReason.FileList, path, file.Name, $"is listed in {ModelManifest.FileName} but not in the bundle");
        }
        if (content.Length != file.SizeBytes)
        {
            throw new BundleException(BundleErrorReason.Digest, path, file.Name, $"{content.Length} bytes, {ModelManifest.FileName} says {file.SizeBytes}");
        }
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        if (!string.Equals(sha256, file.Sha256, StringComparison.Ordinal))
        {
            throw new BundleException(BundleErrorReason.Digest, path, file.Name, $"SHA-256 is {sha256}, {ModelManifest.FileName} says {file.Sha256}");
        }
    }
}
