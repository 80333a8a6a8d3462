using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.TestSupport;

namespace EdgeRunner.ModelMutants;

/// <summary>A good model, and how to wrap a changed ONNX file into a bundle that is valid in every other respect.</summary>
internal sealed class BaseModel
{
    private readonly ModelManifest _manifest;
    private readonly string _onnxFile;
    private readonly Dictionary<string, byte[]> _files;

    private BaseModel(string name, string manifest, string onnxFile, Dictionary<string, byte[]> files)
    {
        Name = name;
        _manifest = ManifestReader.Read(Encoding.UTF8.GetBytes(manifest), name, ManifestForm.Author);
        _onnxFile = onnxFile;
        _files = files;
    }

    internal string Name { get; }

    internal byte[] Onnx => _files[_onnxFile];

    /// <summary>Real models: trees, linear models and networks of scikit-learn, an LSTM with control flow, an autoencoder, a loop.</summary>
    internal static IReadOnlyList<BaseModel> All() =>
    [
        Scikit("iris_logreg", 4, 3), Scikit("digits_mlp", 64, 10), Scikit("iris_forest", 4, 3), Scikit("wine_gboost", 13, 3),
        Demo("shuttle-forest", "model.onnx"), Demo("ecg-autoencoder", "model.onnx"), Demo("silero-vad", "silero_vad_v6.onnx"), Loop(),
    ];

    /// <summary>A model of <c>tests/assets/models/misbehaving</c>: x float32[1, 4] → y.</summary>
    internal static BaseModel Misbehaving(string name, string outputShape = "[1, 4]", string limits = "{}") => new(
        name,
        $$"""
          { "format": 1, "name": "{{name.Replace('_', '-')}}", "version": "1.0.0", "license": "Apache-2.0", "limits": {{limits}},
            "inputs": [ { "name": "x", "type": "float32", "shape": [1, 4] } ], "outputs": [ { "name": "y", "type": "float32", "shape": {{outputShape}} } ],
            "graph": [ { "step": "onnx", "name": "model", "file": "model.onnx", "inputs": { "x": "x" }, "outputs": { "y": "y" } } ] }
          """,
        "model.onnx", Files(("model.onnx", TestPaths.Asset("models", "misbehaving", name + ".onnx"))));

    /// <summary>A scikit-learn classifier of <c>tests/assets/models</c>, one row at a time, without golden cases.</summary>
    internal static BaseModel Scikit(string name, int width, int classes) => new(
        name,
        $$"""
          { "format": 1, "name": "{{name.Replace('_', '-')}}", "version": "1.0.0", "license": "Apache-2.0",
            "inputs": [ { "name": "x", "type": "float32", "shape": [1, {{width}}] } ],
            "outputs": [ { "name": "label", "type": "int64", "shape": [1] }, { "name": "probabilities", "type": "float32", "shape": [1, {{classes}}] } ],
            "graph": [ { "step": "onnx", "name": "model", "file": "model.onnx", "inputs": { "x": "x" }, "outputs": { "label": "label", "probabilities": "probabilities" } } ] }
          """,
        "model.onnx", Files(("model.onnx", TestPaths.Model(name))));

    /// <summary>The bundle, with another ONNX file and the digests of what is in it.</summary>
    internal byte[] Wrap(byte[] onnx) => Wrap(onnx, _manifest);

    /// <summary>The bundle, with another manifest.</summary>
    internal byte[] Wrap(byte[] onnx, Func<ModelManifest, ModelManifest> change) => Wrap(onnx, change(_manifest));

    private byte[] Wrap(byte[] onnx, ModelManifest manifest)
    {
        var files = new Dictionary<string, byte[]>(_files, StringComparer.Ordinal) { [_onnxFile] = onnx };
        var entries = files.ToDictionary(file => file.Key, file => (ReadOnlyMemory<byte>)file.Value, StringComparer.Ordinal);
        entries.Add(ModelManifest.FileName, ManifestReader.Write(manifest with
        {
            Opsets = new Dictionary<string, long>(StringComparer.Ordinal) { ["ai.onnx"] = 17 },
            Files = [.. files.OrderBy(file => file.Key, StringComparer.Ordinal)
                .Select(file => new FileSpec(file.Key, file.Value.Length, Convert.ToHexStringLower(SHA256.HashData(file.Value))))],
        }));
        var target = new MemoryStream();
        ZipWriter.Write(target, entries);
        return target.ToArray();
    }

    private static BaseModel Demo(string name, string onnxFile)
    {
        var directory = Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", name);
        var onnx = onnxFile == "model.onnx" ? Path.Combine(directory, onnxFile) : TestPaths.SileroVad;
        var golden = Directory.GetFiles(directory, "golden-*.npy").Select(path => (Path.GetFileName(path), path));
        return new BaseModel(name, File.ReadAllText(Path.Combine(directory, "model.json")), onnxFile, Files([(onnxFile, onnx), .. golden]));
    }

    private static BaseModel Loop() => new(
        "count",
        """
        { "format": 1, "name": "count", "version": "1.0.0", "license": "Apache-2.0",
          "inputs": [ { "name": "trips", "type": "int64", "shape": [] }, { "name": "start", "type": "float32", "shape": [1] } ],
          "outputs": [ { "name": "value", "type": "float32", "shape": [1] } ],
          "graph": [ { "step": "onnx", "name": "model", "file": "model.onnx", "inputs": { "trips": "trips", "start": "start" }, "outputs": { "value": "value" } } ] }
        """,
        "model.onnx", Files(("model.onnx", TestPaths.Model("count"))));

    private static Dictionary<string, byte[]> Files(params IEnumerable<(string Name, string Path)> files) =>
        files.ToDictionary(file => file.Name, file => File.ReadAllBytes(file.Path), StringComparer.Ordinal);
}
