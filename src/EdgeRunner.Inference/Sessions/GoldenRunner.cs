using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>Runs golden cases. A case that cannot be run is a failed case, not an exception: the others still say something.</summary>
internal static class GoldenRunner
{
    internal static SelfTestResult Run(ModelInstance model, ModelBundle bundle, OrtRunOptions? options)
    {
        var results = new List<GoldenResult>(model.Manifest.Golden.Count);
        foreach (var golden in model.Manifest.Golden)
        {
            var runs = 0;
            model.ResetState();
            try
            {
                results.Add(RunCase(model, bundle, golden, options, ref runs));
            }
            catch (Exception e) when (e is FormatException or OrtException or BundleException)
            {
                results.Add(new GoldenResult(golden.Name, runs, double.PositiveInfinity, [e.Message]));
            }
        }
        model.ResetState();
        return new SelfTestResult(results);
    }

    private static GoldenResult RunCase(ModelInstance model, ModelBundle bundle, GoldenSpec golden, OrtRunOptions? options, ref int runs)
    {
        var length = golden.Sequence ? (int?)null : 1;
        var inputs = golden.Inputs.Select(pair => (Port: model.Input(pair.Key), Array: Read(bundle, pair.Value, model.Input(pair.Key), golden.Sequence, ref length))).ToArray();
        var outputs = golden.Outputs.Select(pair => (Port: model.Output(pair.Key), Array: Read(bundle, pair.Value, model.Output(pair.Key), golden.Sequence, ref length))).ToArray();
        if (length == 0)
        {
            throw new FormatException("the sequence is empty, so nothing was compared");
        }
        string? outOfRange = null;
        var found = outputs.Select(output => new ArrayBuilder(output.Array)).ToArray();
        for (var entry = 0; entry < length; entry++)
        {
            foreach (var (port, array) in inputs)
            {
                CopyEntry(array, entry, port.Tensor);
            }
            model.Run(options);
            runs++;
            for (var i = 0; i < outputs.Length; i++)
            {
                found[i].Add(outputs[i].Port.Tensor);
                outOfRange ??= RangeProblem(outputs[i].Port, entry);
            }
        }
        var differences = outputs.Select((output, i) => (output.Port.Name, Difference: TensorComparer.Compare(output.Array, found[i].ToTensor(), golden.Rtol, golden.Atol))).ToArray();
        return new GoldenResult(
            golden.Name,
            runs,
            differences.Select(pair => pair.Difference.MaxAbsolute).DefaultIfEmpty(0).Max(),
            [.. differences.Where(pair => !pair.Difference.IsMatch).Select(pair => $"output \"{pair.Name}\": {pair.Difference}"), .. outOfRange is null ? [] : (string[])[outOfRange]]);
    }

    /// <summary>A declared range that the model's own examples break would turn the model off on the device.</summary>
    private static string? RangeProblem(ModelPort port, int run) =>
        port.Spec is ({ Minimum: not null } or { Maximum: not null }) && OutputFaults.Find(port.Spec, port.Tensor.Bytes) is OutputFault.OutOfRange
            ? $"output \"{port.Name}\", run {run}: is outside its declared range, {OutputFaults.DescribeRange(port.Spec)}"
            : null;

    /// <summary>Reads an array and checks it against its port: the same type and shape or, for a sequence, one leading dimension more.</summary>
    private static TensorData Read(ModelBundle bundle, string file, ModelPort port, bool isSequence, ref int? length)
    {
        TensorData array;
        try
        {
            array = NpyFile.Read(bundle.GetFile(file).Span);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{file}: {e.Message}", e);
        }
        length ??= array.Shape.Count > 0 ? (int)array.Shape[0] : 0;
        long[] expected = isSequence ? [length.Value, .. port.Spec.Shape] : [.. port.Spec.Shape];
        return array.ElementType == port.Spec.Type && array.Shape.SequenceEqual(expected)
            ? array
            : throw new FormatException($"{file}: is {array}, \"{port.Name}\" takes {TensorElementTypes.Format(port.Spec.Type, expected)}");
    }

    private static void CopyEntry(TensorData array, int entry, OrtTensor target)
    {
        if (array.IsString)
        {
            target.SetStrings([.. array.Strings.Skip(entry * target.ElementCount).Take(target.ElementCount)]);
        }
        else
        {
            array.Bytes.Span.Slice(entry * target.Bytes.Length, target.Bytes.Length).CopyTo(target.Bytes);
        }
    }

    /// <summary>Puts the outputs of a case's runs behind each other, so that they are compared as one array and the place of a difference
    /// has the run as its first index.</summary>
    private sealed class ArrayBuilder(TensorData expected)
    {
        private readonly List<byte> _bytes = [];
        private readonly List<string> _strings = [];

        internal void Add(OrtTensor tensor)
        {
            if (expected.IsString)
            {
                _strings.AddRange(tensor.GetStrings());
            }
            else
            {
                _bytes.AddRange(tensor.Bytes);
            }
        }

        internal TensorData ToTensor() => expected.IsString
            ? TensorData.FromStrings([.. expected.Shape], [.. _strings])
            : TensorData.Own(expected.ElementType, [.. expected.Shape], [.. _bytes]);
    }
}
