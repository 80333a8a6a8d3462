using System.Buffers.Binary;
using System.Text;

namespace EdgeRunner.ModelMutants;

/// <summary>Changes that leave a well-formed protobuf file with another meaning: these get past the parser and into shape inference, the optimiser and
/// the kernels.</summary>
internal static class GraphMutations
{
    private static readonly string[] Operators =
    [
        "Add", "Sub", "Mul", "Div", "MatMul", "Gemm", "Conv", "ConvTranspose", "Relu", "Softmax", "LSTM", "GRU", "Loop", "If", "Scan", "Gather", "GatherND", "Scatter",
        "Concat", "Split", "Slice", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Tile", "Pad", "Resize", "TopK", "NonMaxSuppression", "Cast", "Identity",
        "ConstantOfShape", "Range", "OneHot", "Where", "CumSum", "Einsum", "TreeEnsembleClassifier", "TreeEnsembleRegressor", "LinearClassifier", "Normalizer", "ArrayFeatureExtractor",
        "QuantizeLinear", "DequantizeLinear", "MaxPool", "AveragePool", "ReduceSum", "STFT", "Unique", "StringNormalizer", "NoSuchOperator", "",
    ];

    private static readonly long[] Numbers =
        [0, 1, -1, 2, 3, 7, 16, 127, 255, 256, 1 << 16, 1 << 24, int.MaxValue, int.MinValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly float[] Reals = [0, -0f, 1, -1, 1e-45f, 1e38f, -1e38f, float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    internal static byte[] OperatorType(byte[] model, Random random) =>
        Change(model, random, ProtoKind.Node, 4, (field, _) => field.Content = Encoding.UTF8.GetBytes(Pick(Operators, random)));

    internal static byte[] AttributeValue(byte[] model, Random random) =>
        Change(model, random, ProtoKind.Attribute, null, (field, all) =>
        {
            switch (field.Number)
            {
                case 1: field.Content = all[random.Next(all.Count)] is { Number: 1 } other ? [.. other.Content] : "no_such_attribute"u8.ToArray(); break;
                case 2 when field.Content.Length == 4: BinaryPrimitives.WriteSingleLittleEndian(field.Content, Pick(Reals, random)); break;
                case 3 or 20: field.Value = (ulong)Pick(Numbers, random); break;
                // ints and floats, packed or not; strings.
                default: Scramble(field, random); break;
            }
        });

    internal static byte[] Dimensions(byte[] model, Random random) => random.Next(2) == 0
        ? Change(model, random, ProtoKind.Tensor, 1, (field, _) => SetNumber(field, random))
        : Change(model, random, ProtoKind.Dimension, 1, (field, _) => SetNumber(field, random));

    internal static byte[] ElementType(byte[] model, Random random) => random.Next(2) == 0
        ? Change(model, random, ProtoKind.Tensor, 2, (field, _) => field.Value = (ulong)random.Next(0, 28))
        : Change(model, random, ProtoKind.TensorType, 1, (field, _) => field.Value = (ulong)random.Next(0, 28));

    internal static byte[] TensorContent(byte[] model, Random random) =>
        Change(model, random, ProtoKind.Tensor, null, (field, _) => Scramble(field, random), field => field.WireType == ProtoField.Bytes && field.Number is 4 or 5 or 7 or 9 or 10);

    /// <summary>Gives an edge another name of the same graph: other inputs, cycles, outputs made twice.</summary>
    internal static byte[] Wiring(byte[] model, Random random) =>
        Change(model, random, ProtoKind.Node, null, (field, all) => field.Content = random.Next(8) == 0 ? [] : [.. all[random.Next(all.Count)].Content], field => field.Number is 1 or 2);

    internal static byte[] Opset(byte[] model, Random random) => Change(model, random, ProtoKind.Opset, 2, (field, _) => field.Value = (ulong)random.Next(0, 40));

    /// <summary>Takes a field out of a message, puts it in twice, or in another order.</summary>
    internal static byte[] Structure(byte[] model, Random random)
    {
        var fields = ProtoField.Parse(model, ProtoKind.Model);
        if (fields is null) return ByteMutations.FlipBits(model, random);
        var messages = new List<List<ProtoField>>();
        Collect(fields, messages);
        var target = messages.Where(message => message.Count > 0).ElementAt(random.Next(messages.Count(message => message.Count > 0)));
        var at = random.Next(target.Count);
        switch (random.Next(3))
        {
            case 0: target.RemoveAt(at); break;
            case 1: target.Insert(random.Next(target.Count + 1), target[at].Copy()); break;
            default: (target[at], target[0]) = (target[0], target[at]); break;
        }

        return ProtoField.Write(fields);
    }

    private static byte[] Change(byte[] model, Random random, ProtoKind kind, int? number, Action<ProtoField, List<ProtoField>> change, Func<ProtoField, bool>? isWanted = null)
    {
        var fields = ProtoField.Parse(model, ProtoKind.Model);
        if (fields is null) return ByteMutations.FlipBits(model, random);
        var messages = new List<List<ProtoField>>();
        Collect(fields, messages);
        var candidates = messages.SelectMany(message => message)
            .Where(field => field.Children is null && field.Kind == kind && (number is null || field.Number == number) && (isWanted?.Invoke(field) ?? true)).ToList();
        if (candidates.Count == 0) return Structure(model, random);
        for (var i = random.Next(1, 4); i > 0; i--) change(candidates[random.Next(candidates.Count)], candidates);
        return ProtoField.Write(fields);
    }

    private static void Collect(List<ProtoField> fields, List<List<ProtoField>> messages)
    {
        messages.Add(fields);
        foreach (var field in fields.Where(field => field.Children is not null)) Collect(field.Children!, messages);
    }

    private static void SetNumber(ProtoField field, Random random)
    {
        if (field.WireType == ProtoField.Varint) field.Value = (ulong)Pick(Numbers, random);
        else Scramble(field, random);
    }

    private static void Scramble(ProtoField field, Random random)
    {
        if (field.WireType == ProtoField.Varint)
        {
            field.Value = (ulong)Pick(Numbers, random);
            return;
        }

        if (field.Content.Length == 0) return;
        if (field.WireType == ProtoField.Bytes && random.Next(4) == 0)
        {
            field.Content = field.Content[..random.Next(field.Content.Length)];
            return;
        }

        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(field.Content.Length);
            if (random.Next(2) == 0 && field.Content.Length >= 4) BinaryPrimitives.WriteSingleLittleEndian(field.Content.AsSpan(Math.Min(at & ~3, field.Content.Length - 4)), Pick(Reals, random));
            else field.Content[at] = (byte)random.Next(256);
        }
    }

    private static T Pick<T>(T[] values, Random random) => values[random.Next(values.Length)];
}
