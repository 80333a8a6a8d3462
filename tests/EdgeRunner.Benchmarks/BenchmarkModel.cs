using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;

namespace EdgeRunner.Benchmarks;

/// <summary>A bundle with one step and one input, loaded as the daemon loads it, and the contents of that input: one row of a recording.</summary>
internal sealed class BenchmarkModel : IDisposable
{
    private BenchmarkModel(ModelRuntime runtime, ModelInstance model, byte[] input) => (Runtime, Model, Input) = (runtime, model, input);

    internal ModelRuntime Runtime { get; }

    internal ModelInstance Model { get; }

    /// <summary>Raw elements of the model's input.</summary>
    internal byte[] Input { get; }

    internal static BenchmarkModel Load(Arguments arguments)
    {
        var runtime = ModelRuntime.Load();
        using var bundle = ModelBundle.Open(arguments.Text("bundle"), BundleLimits.Default);
        var model = ModelInstance.Load(runtime, bundle);
        return new BenchmarkModel(runtime, model, Row(arguments.Text("rows"), arguments.Number("row", 0), model.Inputs[0].Tensor.Bytes.Length));
    }

    public void Dispose()
    {
        Model.Dispose();
        Runtime.Dispose();
    }

    private static byte[] Row(string file, int row, int sizeBytes)
    {
        var content = File.ReadAllBytes(file);
        var rows = file.EndsWith(".npy", StringComparison.Ordinal) ? NpyFile.Read(content) : TensorProtoReader.Read(content).Tensor;
        return rows.Bytes.Slice(row * sizeBytes, sizeBytes).ToArray();
    }
}
