using System.Security.Cryptography;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>Models of built-in steps, without files on disk. They go through <c>model.json</c> and a bundle all the same.</summary>
internal static class TestModel
{
    internal static TensorSpec Tensor(string name, TensorElementType type, params long[] shape) => new(name, type, shape);

    internal static ModelManifest Manifest(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, params IReadOnlyList<StepSpec> steps) =>
        new(1, "test", SemanticVersion.Parse("1.0.0"), "MIT", inputs, outputs, steps);

    internal static ModelBundle Bundle(ModelManifest manifest, params (string Name, byte[] Content)[] files)
    {
        var contents = files.ToDictionary(file => file.Name, file => (ReadOnlyMemory<byte>)file.Content, StringComparer.Ordinal);
        contents.Add(ModelManifest.FileName, ManifestReader.Write(manifest with
        {
            Files = [.. files.Select(file => new FileSpec(file.Name, file.Content.Length, Convert.ToHexStringLower(SHA256.HashData(file.Content))))],
        }));
        using var stream = new MemoryStream();
        ZipWriter.Write(stream, contents);
        stream.Position = 0;
        return ModelBundle.Read(stream, "test.ermodel", BundleLimits.Default);
    }

    internal static ModelInstance Load(ModelRuntime runtime, ModelManifest manifest, params (string Name, byte[] Content)[] files)
    {
        using var bundle = Bundle(manifest, files);
        return ModelInstance.Load(runtime, bundle);
    }

    /// <summary>As <see cref="Load"/>, with options.</summary>
    internal static ModelInstance LoadWith(ModelRuntime runtime, ModelLoadOptions options, ModelManifest manifest, params (string Name, byte[] Content)[] files)
    {
        using var bundle = Bundle(manifest, files);
        return ModelInstance.Load(runtime, bundle, options);
    }

    /// <summary>The graph errors of a model that does not fit.</summary>
    internal static string Refuse(ModelRuntime runtime, ModelManifest manifest, params (string Name, byte[] Content)[] files) =>
        Assert.Throws<BundleException>(() => Load(runtime, manifest, files).Dispose()).Message;

    /// <summary>Runs one step on one tensor and returns what it makes.</summary>
    internal static TensorData Run(ModelRuntime runtime, TensorData input, TensorElementType type, long[] shape, StepSpec step)
    {
        using var model = Load(runtime, Manifest([Tensor("x", input.ElementType, [.. input.Shape])], [Tensor("y", type, shape)], step));
        input.CopyTo(model.Input("x").Tensor);
        model.Run();
        return model.Output("y").Tensor.ToManaged();
    }

    internal static TensorData Floats(long[] shape, params float[] values) => TensorData.From<float>(TensorElementType.Float32, shape, values);
}
