using System.Text.Json.Nodes;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Ensembles;

/// <summary>A folder of <c>tests/assets/ensembles</c>: an ensemble that scikit-learn trained, and what it answered.</summary>
internal sealed class ScikitLearnEnsemble : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _path;

    private ScikitLearnEnsemble(string name) => _path = TestPaths.Asset("ensembles", name);

    internal static IEnumerable<string> Names { get; } =
        [.. Directory.EnumerateDirectories(TestPaths.Asset("ensembles")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    /// <summary>The rows it was asked about, <c>float32[N, columns]</c>.</summary>
    internal TensorData Rows { get; private init; } = null!;

    internal ModelInstance Model { get; private set; } = null!;

    /// <summary>All rows in one run.</summary>
    internal static ScikitLearnEnsemble LoadBatch(ModelRuntime runtime, string name, ModelLoadOptions? options = null) => Load(runtime, name, options, (_, _) => { });

    /// <summary>One row a run, as a device has them.</summary>
    internal static ScikitLearnEnsemble LoadSingle(ModelRuntime runtime, string name, ModelLoadOptions? options = null) => Load(runtime, name, options, (manifest, path) =>
    {
        foreach (var tensor in manifest["inputs"]!.AsArray().Concat(manifest["outputs"]!.AsArray()))
        {
            tensor!["shape"]!.AsArray()[0] = 1;
        }
        manifest.Remove("golden");
        File.Delete(Path.Combine(path, "x.npy"));
    });

    /// <summary>What scikit-learn answered for an output.</summary>
    internal TensorData Answer(string output) => Read(_path, $"{output}.npy");

    public void Dispose()
    {
        Model?.Dispose();
        _directory.Dispose();
    }

    private static ScikitLearnEnsemble Load(ModelRuntime runtime, string name, ModelLoadOptions? options, Action<JsonObject, string> change)
    {
        var ensemble = new ScikitLearnEnsemble(name) { Rows = Read(TestPaths.Asset("ensembles", name), "x.npy") };
        try
        {
            foreach (var file in Directory.EnumerateFiles(ensemble._path))
            {
                File.Copy(file, ensemble._directory.File(Path.GetFileName(file)));
            }
            var manifest = JsonNode.Parse(File.ReadAllText(ensemble._directory.File(ModelManifest.FileName)))!.AsObject();
            change(manifest, ensemble._directory.Path);
            File.WriteAllText(ensemble._directory.File(ModelManifest.FileName), manifest.ToJsonString());
            BundlePacker.Pack(ensemble._directory.Path, ensemble._directory.File("test.ermodel"));
            using var bundle = ModelBundle.Open(ensemble._directory.File("test.ermodel"));
            ensemble.Model = ModelInstance.Load(runtime, bundle, options);
            return ensemble;
        }
        catch
        {
            ensemble.Dispose();
            throw;
        }
    }

    private static TensorData Read(string directory, string file) => NpyFile.Read(File.ReadAllBytes(Path.Combine(directory, file)));
}
