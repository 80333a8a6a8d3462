using System.Globalization;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Commands.BackendTests;

/// <summary>Runs backend tests, one session for each case.</summary>
internal sealed class BackendTestRunner(ModelRuntime runtime, double rtol, double atol)
{
    /// <summary>Runs one case; never throws for what is wrong with it.</summary>
    public BackendTestResult Run(BackendTestCase test)
    {
        try
        {
            using var session = OrtSession.LoadFile(runtime.OnnxRuntime, test.ModelFile);
            var other = session.Inputs.Concat(session.Outputs).FirstOrDefault(value => !value.IsSupported);
            if (other is not null) return new BackendTestResult(test.Name, BackendTestOutcome.Unsupported, $"{other.Name} is {other.TypeText}, not a dense tensor", null);
            if (test.DataSets.Count == 0) return new BackendTestResult(test.Name, BackendTestOutcome.Failed, "has no test_data_set_N folder", null);
            var largest = 0.0;
            foreach (var set in test.DataSets)
            {
                if (RunSet(session, set, ref largest) is { } problem) return new BackendTestResult(test.Name, BackendTestOutcome.Failed, problem, largest);
            }

            return new BackendTestResult(test.Name, BackendTestOutcome.Passed, string.Create(CultureInfo.InvariantCulture, $"largest difference {largest:g3}"), largest);
        }
        // A test runner reports whatever went wrong with one case, and goes on to the next.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new BackendTestResult(test.Name, BackendTestOutcome.Failed, e.Message.ReplaceLineEndings(" "), null);
        }
    }

    /// <summary>Runs one data set. Null when every output is inside the tolerance.</summary>
    private string? RunSet(OrtSession session, string directory, ref double largest)
    {
        var tensors = new List<OrtTensor>();
        try
        {
            var inputs = new List<OrtBinding>();
            foreach (var (index, file) in Files(directory, "input"))
            {
                if (index >= session.Inputs.Count) return $"{file} has no input in the model, which has {session.Inputs.Count}";
                var tensor = Typed(Read(file), session.Inputs[index].ElementType).ToNative(runtime.OnnxRuntime);
                tensors.Add(tensor);
                inputs.Add(new OrtBinding(session.Inputs[index].Name, tensor));
            }

            using var run = session.Prepare(inputs, [.. session.Outputs.Select(output => new OrtBinding(output.Name, null))]);
            run.Run();
            foreach (var (index, file) in Files(directory, "output"))
            {
                if (index >= session.Outputs.Count) return $"{file} has no output in the model, which has {session.Outputs.Count}";
                var found = run.TakeOutput(index);
                tensors.Add(found);
                var difference = TensorComparer.Compare(Typed(Read(file), session.Outputs[index].ElementType), found.ToManaged(), rtol, atol);
                if (difference.Problem is null) largest = Math.Max(largest, difference.MaxAbsolute);
                if (!difference.IsMatch) return $"{session.Outputs[index].Name}: {difference}";
            }

            return null;
        }
        finally
        {
            tensors.ForEach(tensor => tensor.Dispose());
        }
    }

    private static TensorData Read(string file)
    {
        try
        {
            return TensorProtoReader.Read(File.ReadAllBytes(file)).Tensor;
        }
        catch (Exception e) when (e is FormatException or NotSupportedException)
        {
            throw new FormatException($"{file}: {e.Message}", e);
        }
    }

    // Debian's bfloat16 cases store the bits as uint16: the model's graph has the last word.
    private static TensorData Typed(TensorData tensor, TensorElementType wanted) =>
        wanted == TensorElementType.BFloat16 && tensor.ElementType == TensorElementType.UInt16 ? tensor.Reinterpret(wanted, [.. tensor.Shape]) : tensor;

    private static IEnumerable<(int Index, string File)> Files(string directory, string kind) => Directory.GetFiles(directory, $"{kind}_*.pb")
        .Select(file => (int.Parse(Path.GetFileNameWithoutExtension(file)[(kind.Length + 1)..], CultureInfo.InvariantCulture), file))
        .OrderBy(pair => pair.Item1);
}
