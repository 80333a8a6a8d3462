using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Benchmarks;

/// <summary><c>specs</c>: writes the tensors of a model down as <c>native/ort_loop.c</c> takes them, so that both loops run the same session on
/// the same input. Into <c>--output</c>: a file for each input, and <c>specs</c> with one argument a line.</summary>
internal static class LoopSpecs
{
    internal static void Write(BenchmarkModel loaded, string output)
    {
        var manifest = loaded.Model.Manifest;
        var step = (OnnxStepSpec)manifest.Graph.Single();
        var lines = new List<string>();
        foreach (var (name, tensor) in step.Inputs)
        {
            if (manifest.States.FirstOrDefault(one => Same(one.Name, tensor)) is { } state)
            {
                var next = step.Outputs.Single(one => Same(one.Value, state.Next)).Key;
                lines.Add($"state|{name}|{next}|{(int)state.Type}|{Dimensions(state.Shape)}");
            }
            else if (manifest.Constants.FirstOrDefault(one => Same(one.Name, tensor)) is { } constant)
            {
                lines.Add($"in|{name}|{(int)constant.Type}|{Dimensions(constant.Shape)}|{Save(output, name, constant.ToTensor().Bytes.ToArray())}");
            }
            else
            {
                var input = manifest.Inputs.Single(one => Same(one.Name, tensor));
                lines.Add($"in|{name}|{(int)input.Type}|{Dimensions(input.Shape)}|{Save(output, name, loaded.Input)}");
            }
        }

        foreach (var (name, tensor) in step.Outputs)
        {
            if (manifest.Outputs.FirstOrDefault(one => Same(one.Name, tensor)) is { } made) lines.Add($"out|{name}|{(int)made.Type}|{Dimensions(made.Shape)}");
        }

        File.WriteAllLines(Path.Combine(output, "specs"), lines);
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.Ordinal);

    private static string Dimensions(IReadOnlyList<long> shape) => string.Join(',', shape);

    private static string Save(string folder, string name, byte[] elements)
    {
        var path = Path.Combine(folder, name + ".bin");
        File.WriteAllBytes(path, elements);
        return path;
    }
}
