using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Arrays for every input of a model: each of the input's own shape, or with one more leading dimension whose entries take turns.</summary>
/// <param name="Description">What they are.</param>
/// <param name="Arrays">By the name of the input.</param>
internal sealed record BenchInputs(BenchInput Description, IReadOnlyDictionary<string, TensorData> Arrays)
{
    /// <summary>The seed of random inputs; fixed, so that two measurements see the same.</summary>
    private const int Seed = 1;

    /// <summary>The files that are given, else the bundle's first golden case, else random numbers.</summary>
    /// <param name="bundle">Open bundle.</param>
    /// <param name="files"><c>NAME=FILE.npy</c> for each input; empty for none.</param>
    /// <exception cref="BenchInputException">A file does not fit its input, or an input has none.</exception>
    public static BenchInputs Choose(ModelBundle bundle, IReadOnlyList<string> files)
    {
        var inputs = bundle.Manifest.Inputs;
        if (files.Count > 0) return FromFiles(inputs, files);
        if (bundle.Manifest.Golden is [var golden, ..])
        {
            var arrays = inputs.ToDictionary(
                input => input.Name, input => Read(bundle.GetFile(golden.Inputs[input.Name]).Span, $"golden case \"{golden.Name}\", {golden.Inputs[input.Name]}", input), StringComparer.Ordinal);
            return Make("golden", $"golden case \"{golden.Name}\"", inputs, arrays);
        }

        var random = new Random(Seed);
        return Make("random", $"random numbers in the declared shape, seed {Seed}", inputs, inputs.ToDictionary(input => input.Name, input => RandomOf(input, random), StringComparer.Ordinal));
    }

    private static BenchInputs FromFiles(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<string> files)
    {
        var arrays = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var parts = file.Split('=', 2);
            if (parts.Length < 2 || parts[1].Length == 0) throw new BenchInputException($"--input {file}: expected NAME=FILE.npy");
            var input = inputs.FirstOrDefault(input => string.Equals(input.Name, parts[0], StringComparison.Ordinal))
                ?? throw new BenchInputException($"--input {file}: the model has no input {parts[0]}; expected one of {Names(inputs)}");
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(parts[1]);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new BenchInputException($"--input {file}: {e.Message}");
            }

            if (!arrays.TryAdd(input.Name, Read(bytes, parts[1], input))) throw new BenchInputException($"--input {file}: {input.Name} is given twice");
        }

        var missing = inputs.Where(input => !arrays.ContainsKey(input.Name)).ToArray();
        if (missing.Length > 0) throw new BenchInputException($"no --input for {Names(missing)}; give all inputs or none");
        return Make("files", string.Join(", ", files.Select(file => Path.GetFileName(file.Split('=', 2)[1]))), inputs, arrays);
    }

    private static TensorData Read(ReadOnlySpan<byte> bytes, string name, TensorSpec input)
    {
        TensorData array;
        try
        {
            array = NpyFile.Read(bytes);
        }
        catch (Exception e) when (e is FormatException or NotSupportedException)
        {
            throw new BenchInputException($"{name}: {e.Message}");
        }

        var isOne = array.Shape.SequenceEqual(input.Shape);
        if (array.ElementType == input.Type && (isOne || (!array.IsString && array.Shape is [> 0, ..] && array.Shape.Skip(1).SequenceEqual(input.Shape)))) return array;
        throw new BenchInputException($"{name}: {array} does not fit input {input.Name}, which takes {TensorElementTypes.Format(input.Type, [.. input.Shape])}, or the same with one more dimension in front for several values in turn");
    }

    private static BenchInputs Make(string kind, string description, IReadOnlyList<TensorSpec> inputs, Dictionary<string, TensorData> arrays)
    {
        var counts = inputs.Where(input => arrays[input.Name].Shape.Count > input.Shape.Count).Select(input => (input.Name, Entries: arrays[input.Name].Shape[0])).ToArray();
        if (counts.FirstOrDefault(count => count.Entries != counts[0].Entries) is { Name: not null } other)
            throw new BenchInputException($"input {counts[0].Name} has {counts[0].Entries} values in turn and input {other.Name} has {other.Entries}; expected as many for each");
        return new BenchInputs(new BenchInput(kind, description, counts.Length == 0 ? 1 : (int)counts[0].Entries), arrays);
    }

    private static TensorData RandomOf(TensorSpec input, Random random)
    {
        long[] shape = [.. input.Shape];
        if (input.Type == TensorElementType.String)
        {
            var count = shape.Aggregate(1L, (product, dimension) => product * dimension);
            return TensorData.FromStrings(shape, [.. Enumerable.Range(0, (int)count).Select(_ => random.Next(1000).ToString())]);
        }

        var data = TensorData.Zeros(input.Type, shape);
        switch (input.Type)
        {
            case TensorElementType.Float32: Fill<float>(data, () => Uniform(random)); break;
            case TensorElementType.Float64: Fill<double>(data, () => Uniform(random)); break;
            case TensorElementType.Float16: Fill<Half>(data, () => (Half)Uniform(random)); break;
            // The upper half of a binary32 is a bfloat16.
            case TensorElementType.BFloat16: Fill<ushort>(data, () => (ushort)(BitConverter.SingleToUInt32Bits(Uniform(random)) >> 16)); break;
            // Small numbers: an integer input is often an index, and a large one would be refused.
            case TensorElementType.Int64 or TensorElementType.UInt64: Fill<long>(data, () => random.Next(2)); break;
            case TensorElementType.Int32 or TensorElementType.UInt32: Fill<int>(data, () => random.Next(2)); break;
            case TensorElementType.Int16 or TensorElementType.UInt16: Fill<short>(data, () => (short)random.Next(2)); break;
            case TensorElementType.Bool: Fill<byte>(data, () => (byte)random.Next(2)); break;
            default: random.NextBytes(data.Bytes.Span); break; // int8, uint8: pixels, samples
        }

        return data;
    }

    private static float Uniform(Random random) => (random.NextSingle() * 2) - 1;

    private static void Fill<T>(TensorData data, Func<T> next) where T : unmanaged
    {
        foreach (ref var element in data.AsSpan<T>()) element = next();
    }

    private static string Names(IEnumerable<TensorSpec> inputs) => string.Join(", ", inputs.Select(input => $"{input.Name} {TensorElementTypes.Format(input.Type, [.. input.Shape])}"));
}
