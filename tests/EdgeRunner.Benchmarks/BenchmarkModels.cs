using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using EdgeRunner.TestSupport;

namespace EdgeRunner.Benchmarks;

/// <summary>The models that are measured. Writes, for each NAME: <c>NAME.ermodel</c> for the engine, <c>NAME.input</c> (raw bytes of one real
/// input) for both sides, and <c>NAME.arguments</c> (one a line) for <c>native/ort_loop.c</c>, made from the same manifest.</summary>
internal static class BenchmarkModels
{
    private static readonly string Demo = Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models");

    internal static int Prepare(string directory)
    {
        Directory.CreateDirectory(directory);
        var digits = Path.Combine(directory, "digits-mlp");
        Directory.CreateDirectory(digits);
        File.WriteAllText(Path.Combine(digits, ModelManifest.FileName), DigitsManifest);
        Write(directory, digits, TestPaths.Model("digits_mlp"),
            TensorProtoReader.Read(File.ReadAllBytes(TestPaths.Asset("models", "digits_mlp", "test_data_set_0", "input_0.pb"))).Tensor, entry: 0);

        var shuttle = Path.Combine(Demo, "shuttle-forest");
        Write(directory, shuttle, Path.Combine(shuttle, "model.onnx"), NpyFile.Read(File.ReadAllBytes(Path.Combine(shuttle, "golden-x.npy"))), entry: 0);

        // Entry 30 is in the middle of the speech.
        var silero = Path.Combine(Demo, "silero-vad");
        if (TestPaths.SileroVad is { } onnx)
            Write(directory, silero, onnx, NpyFile.Read(File.ReadAllBytes(Path.Combine(silero, "golden-audio.npy"))), entry: 30);
        else
            Console.Error.WriteLine("silero-vad is left out: run scripts/setup.sh");
        return 0;
    }

    private static void Write(string directory, string author, string onnx, TensorData inputs, int entry)
    {
        var name = Path.GetFileName(author);
        var bundle = Path.Combine(directory, name + ".ermodel");
        File.Delete(bundle);
        var manifest = BundlePacker.Pack(new PackRequest(author, bundle, new Dictionary<string, string>(StringComparer.Ordinal) { [Path.GetFileName(onnx)] = onnx })).Manifest;

        var input = Path.Combine(directory, name + ".input");
        var entryBytes = (int)manifest.Inputs[0].Shape.Aggregate(1L, (product, dimension) => product * dimension) * manifest.Inputs[0].Type.SizeBytes();
        File.WriteAllBytes(input, inputs.Bytes.Slice(entry * entryBytes, entryBytes).ToArray());

        var arguments = new List<string> { onnx };
        var step = (OnnxStepSpec)manifest.Graph.Single();
        foreach (var (onnxName, tensor) in step.Inputs)
        {
            if (manifest.Constants.FirstOrDefault(constant => constant.Name == tensor) is { } constant)
            {
                var file = Path.Combine(directory, $"{name}.{tensor}");
                File.WriteAllBytes(file, constant.ToTensor().Bytes.ToArray());
                arguments.AddRange(["in", onnxName, constant.Type.Format(), Dimensions(constant.Shape), file]);
            }
            else if (manifest.States.FirstOrDefault(state => state.Name == tensor) is { } state)
            {
                var next = step.Outputs.Single(output => output.Value == state.Next).Key;
                arguments.AddRange(["state", onnxName, next, state.Type.Format(), Dimensions(state.Shape)]);
            }
            else
            {
                arguments.AddRange(["in", onnxName, manifest.Inputs[0].Type.Format(), Dimensions(manifest.Inputs[0].Shape), input]);
            }
        }
        foreach (var output in manifest.Outputs)
        {
            var onnxName = step.Outputs.Single(pair => pair.Value == output.Name).Key;
            arguments.AddRange(["out", onnxName, output.Type.Format(), Dimensions(output.Shape)]);
        }
        File.WriteAllLines(Path.Combine(directory, name + ".arguments"), arguments);
    }

    private static string Dimensions(IReadOnlyList<long> shape) => shape.Count == 0 ? "-" : string.Join('x', shape);

    private const string DigitsManifest = """
        { "format": 1, "name": "digits-mlp", "version": "1.0.0", "description": "Handwritten digits, 8 by 8", "license": "Apache-2.0",
          "inputs": [ { "name": "x", "type": "float32", "shape": [1, 64] } ],
          "outputs": [ { "name": "label", "type": "int64", "shape": [1] }, { "name": "probabilities", "type": "float32", "shape": [1, 10] } ],
          "graph": [ { "step": "onnx", "name": "mlp", "file": "model.onnx",
                       "inputs": { "x": "x" }, "outputs": { "label": "label", "probabilities": "probabilities" } } ] }
        """;
}
