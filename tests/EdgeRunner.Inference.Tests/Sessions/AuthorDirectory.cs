using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Sessions;

/// <summary>A model author's directory in a temporary place: <c>model.json</c> and its files, packed and opened as a device would.</summary>
internal sealed class AuthorDirectory : IDisposable
{
    private readonly TempDirectory _directory = new();

    /// <param name="body">The members of <c>model.json</c> after name, version and licence.</param>
    /// <param name="models">Test models that go in as <c>NAME.onnx</c>.</param>
    internal AuthorDirectory(string body, params string[] models)
    {
        File.WriteAllText(_directory.File("model.json"), $$"""{ "format": 1, "name": "test", "version": "1.0.0", "license": "MIT", {{body}} }""");
        foreach (var model in models)
        {
            File.Copy(TestPaths.Model(model), _directory.File(model + ".onnx"));
        }
    }

    /// <summary>The accumulator: x + state, with the state fed back.</summary>
    internal static AuthorDirectory Accumulator(string more = "", string state = "", string outputs = """{ "name": "total", "type": "float32", "shape": [1, 3] }""") => new(
        $$"""
        "inputs": [ { "name": "x", "type": "float32", "shape": [1, 3] } ],
        "outputs": [ {{outputs}} ],
        "constants": [ { "name": "one", "type": "float32", "shape": [], "values": [1] } ],
        "states": [ { "name": "sum", "type": "float32", "shape": [1, 3], "next": "next_sum" {{state}} } ],
        "graph": [ { "step": "onnx", "name": "add", "file": "accumulator.onnx",
                     "inputs": { "x": "x", "state": "sum", "gain": "one" }, "outputs": { "total": "total", "next": "next_sum" } } ]
        {{more}}
        """, "accumulator");

    internal AuthorDirectory With(string file, TensorData tensor) => With(file, NpyFile.Write(tensor));

    internal AuthorDirectory With(string file, byte[] content)
    {
        File.WriteAllBytes(_directory.File(file), content);
        return this;
    }

    internal ModelBundle Pack()
    {
        BundlePacker.Pack(_directory.Path, _directory.File("test.ermodel"));
        return ModelBundle.Open(_directory.File("test.ermodel"));
    }

    internal ModelInstance Load(ModelRuntime runtime)
    {
        using var bundle = Pack();
        return ModelInstance.Load(runtime, bundle);
    }

    internal static TensorData Floats(long[] shape, params float[] values) => TensorData.From<float>(TensorElementType.Float32, shape, values);

    public void Dispose() => _directory.Dispose();
}
