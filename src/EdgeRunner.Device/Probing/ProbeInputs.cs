using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Probing;

/// <summary>What a model is run on: the first golden case, or, in a bundle without one, made-up values.</summary>
internal sealed class ProbeInputs
{
    /// <summary>Entries of a sequence that are used at most: enough that the times are of more than one value.</summary>
    private const int MaxEntries = 16;

    private readonly List<(string Name, Action Write)> _entries;

    private ProbeInputs(bool areGolden, List<(string Name, Action Write)> entries) => (AreGolden, _entries) = (areGolden, entries);

    /// <summary>Whether the bundle's author gave them.</summary>
    public bool AreGolden { get; }

    /// <summary>How many there are; at least one.</summary>
    public int Count => _entries.Count;

    /// <summary>The inputs of <paramref name="model"/>.</summary>
    public static ProbeInputs Of(ModelInstance model, ModelBundle bundle) =>
        Golden(model, bundle) is { } golden ? new ProbeInputs(areGolden: true, golden) : new ProbeInputs(areGolden: false, MadeUp(model));

    /// <summary>Which one, in messages.</summary>
    public string Name(int index) => _entries[index].Name;

    /// <summary>Fills every input of the model.</summary>
    public void Write(int index) => _entries[index].Write();

    /// <summary>Leaves one out from now on.</summary>
    public void Drop(int index) => _entries.RemoveAt(index);

    /// <summary>Null when there is no golden case, or its arrays do not fit; then the self-test says what is wrong with them.</summary>
    private static List<(string, Action)>? Golden(ModelInstance model, ModelBundle bundle)
    {
        if (model.Manifest.Golden.Count == 0) return null;
        var golden = model.Manifest.Golden[0];
        var arrays = new List<(ModelPort Port, TensorData Array)>();
        foreach (var (input, file) in golden.Inputs)
        {
            var port = model.Input(input);
            TensorData array;
            try
            {
                array = NpyFile.Read(bundle.GetFile(file).Span);
            }
            catch (FormatException)
            {
                return null;
            }

            var skip = golden.Sequence ? 1 : 0;
            if (array.IsString || array.ElementType != port.Spec.Type || !array.Shape.Skip(skip).SequenceEqual(port.Spec.Shape)) return null;
            arrays.Add((port, array));
        }

        var count = golden.Sequence ? (int)Math.Min(MaxEntries, arrays.Min(one => one.Array.Shape.Count > 0 ? one.Array.Shape[0] : 0)) : 1;
        if (arrays.Count == 0 || count == 0) return null;
        return [.. Enumerable.Range(0, count).Select(entry =>
        {
            void Write()
            {
                foreach (var (port, array) in arrays) array.Bytes.Span.Slice(entry * port.Tensor.Bytes.Length, port.Tensor.Bytes.Length).CopyTo(port.Tensor.Bytes);
            }

            return ($"golden case \"{golden.Name}\"{(golden.Sequence ? $", entry {entry}" : "")}", (Action)Write);
        })];
    }

    private static List<(string, Action)> MadeUp(ModelInstance model) =>
    [
        ("made-up values from 0 to 1", () => Fill(model, new Random(1), 1)),
        ("made-up values from -1 to 1", () => Fill(model, new Random(2), 2)),
        ("zeros", () => Fill(model, null, 0)),
    ];

    /// <summary>Numbers of <c>[0, 1)</c>, or around 0 in width 2; whole numbers 0 and 1, which are valid wherever an index is. Text stays empty.</summary>
    private static void Fill(ModelInstance model, Random? random, int width)
    {
        foreach (var port in model.Inputs)
        {
            var tensor = port.Tensor;
            if (tensor.ElementType == TensorElementType.String) continue;
            tensor.Bytes.Clear();
            if (random is null) continue;
            double Next() => (random.NextDouble() * width) - (width == 2 ? 1 : 0);
            switch (tensor.ElementType)
            {
                case TensorElementType.Float32: foreach (ref var value in tensor.AsSpan<float>()) value = (float)Next(); break;
                case TensorElementType.Float64: foreach (ref var value in tensor.AsSpan<double>()) value = Next(); break;
                case TensorElementType.Float16: foreach (ref var value in tensor.AsSpan<Half>()) value = (Half)Next(); break;
                case TensorElementType.BFloat16: foreach (ref var value in tensor.AsSpan<ushort>()) value = (ushort)(BitConverter.SingleToUInt32Bits((float)Next()) >> 16); break;
                case var type:
                    // Little-endian: the first byte of each element.
                    var size = type.SizeBytes();
                    for (var i = 0; i < tensor.Bytes.Length; i += size) tensor.Bytes[i] = (byte)random.Next(2);
                    break;
            }
        }
    }
}
