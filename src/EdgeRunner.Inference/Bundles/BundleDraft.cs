using System.Security.Cryptography;
using EdgeRunner.Inference.Graphs;

namespace EdgeRunner.Inference.Bundles;

/// <summary>The author's directory read into memory: everything a bundle needs, before it is one.</summary>
internal sealed class BundleDraft
{
    private readonly PackRequest _request;
    private readonly string _manifestPath;
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _opsets = new(StringComparer.Ordinal);

    private BundleDraft(PackRequest request)
    {
        _request = request;
        _manifestPath = Path.Combine(request.Directory, ModelManifest.FileName);
        Manifest = ManifestReader.Read(ReadFile(_manifestPath), _manifestPath, ManifestForm.Author);
        foreach (var name in BundleFiles.UsedBy(Manifest))
        {
            Add(name);
        }
        foreach (var name in Manifest.Graph.SelectMany(step => step.OnnxFiles).Distinct(StringComparer.Ordinal))
        {
            AddExternalData(name);
        }
        CheckFilesElsewhere();
        Manifest = Manifest with
        {
            Opsets = _opsets,
            Files = [.. _files.OrderBy(file => file.Key, StringComparer.Ordinal)
                .Select(file => new FileSpec(file.Key, file.Value.Length, Convert.ToHexStringLower(SHA256.HashData(file.Value))))],
        };
        LeftOut = [.. System.IO.Directory.EnumerateFileSystemEntries(request.Directory).Select(path => Path.GetFileName(path))
            .Where(name => !_files.ContainsKey(name) && !string.Equals(name, ModelManifest.FileName, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The bundle's form of the manifest.</summary>
    internal ModelManifest Manifest { get; }

    internal IReadOnlyList<string> LeftOut { get; }

    /// <exception cref="BundleException">Something in the directory is wrong.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    internal static BundleDraft Read(PackRequest request) => new(request);

    internal void WriteTo(Stream target)
    {
        var entries = _files.ToDictionary(file => file.Key, file => (ReadOnlyMemory<byte>)file.Value, StringComparer.Ordinal);
        entries.Add(ModelManifest.FileName, ManifestReader.Write(Manifest));
        ZipWriter.Write(target, entries);
    }

    private void Add(string name)
    {
        var path = _request.FilesElsewhere.GetValueOrDefault(name) ?? Path.Combine(_request.Directory, name);
        if (!File.Exists(path))
        {
            throw new BundleException(BundleErrorReason.FileList, _manifestPath, name, $"is used, but there is no file {path}; put it there or give its place with --file {name}=PATH");
        }
        _files.TryAdd(name, ReadFile(path));
    }

    private void AddExternalData(string name)
    {
        OnnxModelFacts facts;
        try
        {
            facts = OnnxModelFacts.Read(_files[name]);
        }
        catch (FormatException e)
        {
            throw new BundleException(BundleErrorReason.Content, _manifestPath, name, e.Message);
        }
        foreach (var (domain, version) in facts.Opsets)
        {
            _opsets[domain] = Math.Max(version, _opsets.GetValueOrDefault(domain));
        }
        foreach (var external in facts.ExternalFiles)
        {
            if (EntryNames.Problem(external) is { } problem)
            {
                throw new BundleException(BundleErrorReason.EntryName, _manifestPath, name, $"has external data in \"{external}\": {problem}");
            }
            Add(external);
        }
    }

    private void CheckFilesElsewhere()
    {
        foreach (var name in _request.FilesElsewhere.Keys.Where(name => !_files.ContainsKey(name)))
        {
            throw new BundleException(BundleErrorReason.FileList, _manifestPath, name, $"is given, but model.json does not use a file of that name{NearestName.Hint(name, _files.Keys)}");
        }
    }

    private byte[] ReadFile(string path)
    {
        var limit = (_request.Limits ?? BundleLimits.Default).MaxFileBytes;
        var length = new FileInfo(path).Length;
        return length <= limit
            ? File.ReadAllBytes(path)
            : throw new BundleException(BundleErrorReason.Limit, _manifestPath, Path.GetFileName(path), $"{length} bytes, at most {limit} are allowed");
    }
}
