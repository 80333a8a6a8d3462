using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>Bundles of the model <c>tiny</c>, packed once for all tests of a class.</summary>
public sealed class Releases : IDisposable
{
    private readonly TempDirectory _directory = new();

    /// <summary>The bundle file of a version.</summary>
    public string File(string version)
    {
        var bundle = _directory.File($"{version}.ermodel");
        if (System.IO.File.Exists(bundle)) return bundle;
        var author = Directory.CreateDirectory(_directory.File($"author-{version}")).FullName;
        System.IO.File.Copy(TestPaths.Model("double"), Path.Combine(author, "double.onnx"));
        System.IO.File.WriteAllText(Path.Combine(author, "model.json"), $$"""
            { "format": 1, "name": "{{UpdateStory.Model}}", "version": "{{version}}", "license": "MIT",
              "inputs": [ { "name": "x", "type": "float32", "shape": [1, 4] } ], "outputs": [ { "name": "y", "type": "float32", "shape": [1, 4] } ],
              "graph": [ { "step": "onnx", "name": "double", "file": "double.onnx", "inputs": { "x": "x" }, "outputs": { "doubled": "y" } } ] }
            """);
        return BundlePacker.Pack(author, bundle).Path;
    }

    /// <summary>A version <c>N.0.0</c> as release N.</summary>
    internal Release Release(int number, long? minRelease = null) => UpdateStory.Release(File($"{number}.0.0"), $"{number}.0.0", number, minRelease);

    public void Dispose() => _directory.Dispose();
}
