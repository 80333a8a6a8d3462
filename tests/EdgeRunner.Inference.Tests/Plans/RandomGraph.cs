using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>A random graph of built-in steps, and the same graph in ONNX operators: one manifest and one ONNX file that must give the same
/// results. The shapes are worked out here, on a third way.</summary>
internal sealed class RandomGraph
{
    private static readonly TensorElementType[] Types =
        [TensorElementType.Float32, TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16, TensorElementType.Int32, TensorElementType.Int64];

    /// <summary>The kinds this generator knows, each with the types ONNX Runtime has that operator for.</summary>
    private static readonly Dictionary<string, TensorElementType[]> Kinds = new(StringComparer.Ordinal)
    {
        ["select"] = Types,
        ["slice"] = Types,
        ["concat"] = Types,
        ["reshape"] = Types,
        ["transpose"] = Types,
        ["cast"] = Types,
        ["scale"] = [TensorElementType.Float32, TensorElementType.Float64],
        ["clip"] = [TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int32, TensorElementType.Int64],
        ["normalise"] = [TensorElementType.Float32, TensorElementType.Float64],
        ["softmax"] = [TensorElementType.Float32, TensorElementType.Float64],
        ["sigmoid"] = [TensorElementType.Float32, TensorElementType.Float64],
        ["argmax"] = [TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int32],
        ["top-k"] = [TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int32, TensorElementType.Int64],
        ["threshold"] = [TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int32, TensorElementType.Int64],
    };

    private readonly Random _random;
    private readonly OnnxModelBuilder _onnx = new();
    private readonly List<StepSpec> _steps = [];
    private readonly List<TensorSpec> _inputs = [];
    private readonly List<TensorSpec> _tensors = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private int _names;

    private RandomGraph(int seed) => _random = new Random(seed);

    internal static IEnumerable<string> KnownKinds => Kinds.Keys;

    internal ModelManifest Manifest { get; private set; } = null!;

    internal byte[] Onnx { get; private set; } = [];

    /// <summary>A graph of steps of any kind.</summary>
    internal static RandomGraph Make(int seed, int steps)
    {
        var graph = new RandomGraph(seed);
        for (var i = 0; i < steps; i++)
        {
            graph.Add(graph.Pick([.. Kinds.Keys]));
        }
        return graph.Finish();
    }

    /// <summary>A graph of one step of that kind.</summary>
    internal static RandomGraph MakeOne(int seed, string kind)
    {
        var graph = new RandomGraph(seed);
        graph.Add(kind);
        return graph.Finish();
    }

    /// <summary>A value for each input: floats that are seldom equal, integers that often are.</summary>
    internal Dictionary<string, TensorData> Values() => Manifest.Inputs.ToDictionary(input => input.Name, input => RandomTensor.Make(_random, input.Type, [.. input.Shape]), StringComparer.Ordinal);

    private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    private bool Chance() => _random.Next(2) == 0;

    private RandomGraph Finish()
    {
        // Every result nobody reads must be an output; some others are as well.
        var made = _steps.SelectMany(step => step.Makes).ToHashSet(StringComparer.Ordinal);
        var outputs = _tensors.Where(tensor => made.Contains(tensor.Name) && (!_read.Contains(tensor.Name) || _random.Next(3) == 0)).ToArray();
        foreach (var output in outputs)
        {
            _onnx.Output(output.Name, output.Type);
        }
        Manifest = TestModel.Manifest(_inputs, outputs, _steps);
        Onnx = _onnx.Build();
        return this;
    }

    /// <summary>A tensor of one of the types: one that is there, or a new input.</summary>
    private TensorSpec Read(TensorElementType[] types, int minimumRank, Func<TensorSpec, bool>? fits = null)
    {
        var known = _tensors.Where(tensor => types.Contains(tensor.Type) && tensor.Shape.Count >= minimumRank && fits?.Invoke(tensor) != false).ToArray();
        var tensor = known.Length > 0 && _random.Next(5) > 0 ? Pick(known) : NewInput(Pick(types), [.. Enumerable.Range(0, _random.Next(minimumRank, 5)).Select(_ => (long)_random.Next(1, 6))]);
        _read.Add(tensor.Name);
        return tensor;
    }

    private TensorSpec NewInput(TensorElementType type, long[] shape)
    {
        var input = TestModel.Tensor($"input_{_names++}", type, shape);
        _inputs.Add(input);
        _tensors.Add(input);
        _read.Add(input.Name);
        _onnx.Input(input.Name, type, shape);
        return input;
    }

    private string New(TensorElementType type, params long[] shape)
    {
        var tensor = TestModel.Tensor($"made_{_names++}", type, shape);
        _tensors.Add(tensor);
        return tensor.Name;
    }

    /// <summary>An axis of the tensor, from the start, and as a manifest may say it.</summary>
    private (int Axis, int Said) Axis(TensorSpec tensor)
    {
        var axis = _random.Next(tensor.Shape.Count);
        return (axis, Chance() ? axis : axis - tensor.Shape.Count);
    }

    private static long[] With(IReadOnlyList<long> shape, int axis, long size) => [.. shape.Select((old, i) => i == axis ? size : old)];

    private string Scalar(TensorElementType type, double value) => _onnx.Initializer(RandomTensor.Of(type, [], value));

    private string List(TensorElementType type, double[] values, TensorSpec tensor, int axis) =>
        _onnx.Initializer(RandomTensor.Of(type, values.Length == 1 ? [] : [.. tensor.Shape.Select((_, i) => i == axis ? (long)values.Length : 1)], values));

    private void Add(string kind)
    {
        var (types, name) = (Kinds[kind], $"step_{_steps.Count}");
        switch (kind)
        {
            case "select": AddSelect(name, types); break;
            case "slice": AddSlice(name, types); break;
            case "concat": AddConcat(name, types); break;
            case "reshape": AddReshape(name, types); break;
            case "transpose": AddTranspose(name, types); break;
            case "cast": AddCast(name, types); break;
            case "scale": AddScale(name, types); break;
            case "clip": AddClip(name, types); break;
            case "normalise": AddNormalise(name, types); break;
            case "softmax": AddSoftmax(name, types); break;
            case "sigmoid": AddSigmoid(name, types); break;
            case "argmax": AddArgmax(name, types); break;
            case "top-k": AddTopK(name, types); break;
            default: AddThreshold(name, types); break;
        }
    }

    private void AddSelect(string name, TensorElementType[] types)
    {
        var x = Read(types, 1);
        var (axis, said) = Axis(x);
        var size = (int)x.Shape[axis];
        // Often a run, which may be shared.
        var first = _random.Next(size);
        long[] indices = Chance()
            ? [.. Enumerable.Range(first, _random.Next(1, size - first + 1)).Select(i => (long)i)]
            : [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => (long)_random.Next(-size, size))];
        var y = New(x.Type, With(x.Shape, axis, indices.Length));
        _steps.Add(new SelectStepSpec(name, x.Name, y, indices, said));
        _onnx.Node("Gather", [x.Name, _onnx.Initializer(indices)], y, ("axis", (long)axis));
    }

    private void AddSlice(string name, TensorElementType[] types)
    {
        var x = Read(types, 1);
        int[] axes = [.. Enumerable.Range(0, x.Shape.Count).Where(_ => Chance())];
        axes = axes.Length == 0 ? [0] : axes;
        var (starts, ends, steps) = (new long[axes.Length], new long[axes.Length], new long[axes.Length]);
        long[] shape = [.. x.Shape];
        for (var i = 0; i < axes.Length; i++)
        {
            var size = x.Shape[axes[i]];
            var (first, last) = (_random.NextInt64(size), _random.NextInt64(size));
            var by = _random.Next(3) == 0 ? _random.Next(2, 4) : 1;
            (starts[i], steps[i]) = (first, last < first ? -by : by);
            shape[axes[i]] = (Math.Abs(last - first) / by) + 1;
            ends[i] = last < first ? last - 1 - size : last + 1;
            if (last < first && last > 0 && Chance())
            {
                ends[i] = last - 1;
            }
            if (last == size - 1 && last >= first && Chance())
            {
                ends[i] = int.MaxValue;
            }
            if (Chance())
            {
                starts[i] -= size;
            }
        }
        var y = New(x.Type, shape);
        _steps.Add(new SliceStepSpec(name, x.Name, y, starts, ends, axes, steps));
        _onnx.Node("Slice", [x.Name, _onnx.Initializer(starts), _onnx.Initializer(ends), _onnx.Initializer([.. axes.Select(axis => (long)axis)]), _onnx.Initializer(steps)], y);
    }

    private void AddConcat(string name, TensorElementType[] types)
    {
        var first = Read(types, 1);
        var (axis, said) = Axis(first);
        var parts = new List<TensorSpec> { first };
        while (parts.Count < 4 && _random.Next(4) > 0)
        {
            var fits = _tensors.Where(tensor => tensor.Type == first.Type && With(tensor.Shape, axis, 0).SequenceEqual(With(first.Shape, axis, 0))).ToArray();
            parts.Add(_random.Next(4) > 0 ? Pick(fits) : NewInput(first.Type, With(first.Shape, axis, _random.Next(1, 4))));
            _read.Add(parts[^1].Name);
        }
        var y = New(first.Type, With(first.Shape, axis, parts.Sum(part => part.Shape[axis])));
        _steps.Add(new ConcatStepSpec(name, [.. parts.Select(part => part.Name)], y, said));
        _onnx.Node("Concat", [.. parts.Select(part => part.Name)], y, ("axis", (long)axis));
    }

    private void AddReshape(string name, TensorElementType[] types)
    {
        var x = Read(types, 0);
        long[] shape = _random.Next(3) switch
        {
            0 => [x.Shape.Aggregate(1L, (count, size) => count * size)],
            1 => [1, .. x.Shape],
            _ => [.. x.Shape.Reverse()],
        };
        var said = (long[])shape.Clone();
        if (said.Length > 0 && Chance())
        {
            said[_random.Next(said.Length)] = -1;
        }
        var y = New(x.Type, shape);
        _steps.Add(new ReshapeStepSpec(name, x.Name, y, said));
        _onnx.Node("Reshape", [x.Name, _onnx.Initializer(said)], y);
    }

    private void AddTranspose(string name, TensorElementType[] types)
    {
        var x = Read(types, 1);
        int[] permutation = [.. Enumerable.Range(0, x.Shape.Count).OrderBy(_ => _random.Next())];
        var y = New(x.Type, [.. permutation.Select(dimension => x.Shape[dimension])]);
        _steps.Add(new TransposeStepSpec(name, x.Name, y, permutation));
        _onnx.Node("Transpose", [x.Name], y, ("perm", (long[])[.. permutation.Select(dimension => (long)dimension)]));
    }

    private void AddCast(string name, TensorElementType[] types)
    {
        var x = Read(types, 0);
        // A calculated float beside a whole number, or half way between two float16, may be on either side of it: the two would then differ
        // by one, or by one part in a thousand.
        var isExact = x.Type is TensorElementType.Int32 or TensorElementType.Int64 || _inputs.Contains(x);
        var y = New(isExact ? Pick(types) : Pick([TensorElementType.Float32, TensorElementType.Float64]), [.. x.Shape]);
        _steps.Add(new CastStepSpec(name, x.Name, y, _tensors[^1].Type));
        _onnx.Node("Cast", [x.Name], y, ("to", (long)_tensors[^1].Type));
    }

    private double[] Numbers(TensorSpec tensor, int axis) => [.. Enumerable.Range(0, Chance() ? 1 : (int)tensor.Shape[axis]).Select(_ => Math.Round((_random.NextDouble() * 4) - 1.9, 3))];

    private void AddScale(string name, TensorElementType[] types)
    {
        var x = Read(types, 1);
        var (axis, said) = Axis(x);
        var (factor, offset, y) = (Numbers(x, axis), Numbers(x, axis), New(x.Type, [.. x.Shape]));
        _steps.Add(new ScaleStepSpec(name, x.Name, y, factor, offset, said));
        _onnx.Node("Add", [_onnx.Node("Mul", [x.Name, List(x.Type, factor, x, axis)]), List(x.Type, offset, x, axis)], y);
    }

    private void AddClip(string name, TensorElementType[] types)
    {
        var x = Read(types, 0);
        var (low, high) = (_random.Next(-3, 1), _random.Next(1, 4));
        var (hasLow, hasHigh) = (Chance(), Chance());
        hasLow |= !hasHigh;
        var y = New(x.Type, [.. x.Shape]);
        _steps.Add(new ClipStepSpec(name, x.Name, y, hasLow ? low : null, hasHigh ? high : null));
        _onnx.Node("Clip", [x.Name, hasLow ? Scalar(x.Type, low) : "", hasHigh ? Scalar(x.Type, high) : ""], y);
    }

    private void AddNormalise(string name, TensorElementType[] types)
    {
        // Not of one entry, nor of what came out of steps that make entries equal: there the oracle divides by 0.
        var x = Read(types, 1, tensor => false);
        var (axis, said) = Axis(x);
        var method = x.Shape[axis] == 1 ? NormaliseStepSpec.Given : Pick(NormaliseStepSpec.Methods);
        var y = New(x.Type, [.. x.Shape]);
        (string, object) reduced = ("axes", new long[] { axis });
        switch (method)
        {
            case "given":
                var (mean, deviation) = (Numbers(x, axis), Numbers(x, axis).Select(value => value == 0 ? 1 : value).ToArray());
                _steps.Add(new NormaliseStepSpec(name, x.Name, y, method, mean, deviation, said));
                _onnx.Node("Div", [_onnx.Node("Sub", [x.Name, List(x.Type, mean, x, axis)]), List(x.Type, deviation, x, axis)], y);
                return;
            case "z-score":
                // In float64, as the step does: the variance of close values in float32 has few digits.
                var wide = _onnx.Node("Cast", [x.Name], null, ("to", (long)TensorElementType.Float64));
                var centred = _onnx.Node("Sub", [wide, _onnx.Node("ReduceMean", [wide], null, reduced)]);
                var deviations = _onnx.Node("Sqrt", [_onnx.Node("ReduceMean", [_onnx.Node("Mul", [centred, centred])], null, reduced)]);
                _onnx.Node("Cast", [_onnx.Node("Div", [centred, deviations])], y, ("to", (long)x.Type));
                break;
            case "min-max":
                var (smallest, largest) = (_onnx.Node("ReduceMin", [x.Name], null, reduced), _onnx.Node("ReduceMax", [x.Name], null, reduced));
                _onnx.Node("Div", [_onnx.Node("Sub", [x.Name, smallest]), _onnx.Node("Sub", [largest, smallest])], y);
                break;
            case "max":
                _onnx.Node("Div", [x.Name, _onnx.Node("ReduceMax", [_onnx.Node("Abs", [x.Name])], null, reduced)], y);
                break;
            default:
                _onnx.Node("LpNormalization", [x.Name], y, ("axis", (long)axis), ("p", (long)(method[1] - '0')));
                break;
        }
        _steps.Add(new NormaliseStepSpec(name, x.Name, y, method, Axis: said));
    }

    private void AddSoftmax(string name, TensorElementType[] types)
    {
        var x = Read(types, 1);
        var (axis, said) = Axis(x);
        var y = New(x.Type, [.. x.Shape]);
        _steps.Add(new SoftmaxStepSpec(name, x.Name, y, said));
        _onnx.Node("Softmax", [x.Name], y, ("axis", (long)axis));
    }

    private void AddSigmoid(string name, TensorElementType[] types)
    {
        var x = Read(types, 0);
        var y = New(x.Type, [.. x.Shape]);
        _steps.Add(new SigmoidStepSpec(name, x.Name, y));
        _onnx.Node("Sigmoid", [x.Name], y);
    }

    // Ranking what other steps calculated would compare the last bits of the two: only inputs are ranked, and thresholds put to them.
    private TensorSpec ReadInput(TensorElementType[] types, int minimumRank) => Read(types, minimumRank, tensor => _inputs.Contains(tensor));

    private void AddArgmax(string name, TensorElementType[] types)
    {
        var x = ReadInput(types, 1);
        var (axis, said) = Axis(x);
        var keep = Chance();
        var y = New(TensorElementType.Int64, [.. x.Shape.Take(axis), .. keep ? [1L] : Array.Empty<long>(), .. x.Shape.Skip(axis + 1)]);
        _steps.Add(new ArgmaxStepSpec(name, x.Name, y, said, keep));
        _onnx.Node("ArgMax", [x.Name], y, ("axis", (long)axis), ("keepdims", keep ? 1L : 0L));
    }

    private void AddTopK(string name, TensorElementType[] types)
    {
        var x = ReadInput(types, 1);
        var (axis, said) = Axis(x);
        var (k, isLargest) = (_random.NextInt64(1, x.Shape[axis] + 1), Chance());
        var shape = With(x.Shape, axis, k);
        var (values, indices) = (New(x.Type, shape), New(TensorElementType.Int64, shape));
        _steps.Add(new TopKStepSpec(name, x.Name, k, values, indices, said, isLargest));
        _onnx.Nodes("TopK", [x.Name, _onnx.Initializer(k)], [values, indices], ("axis", (long)axis), ("largest", isLargest ? 1L : 0L));
    }

    private void AddThreshold(string name, TensorElementType[] types)
    {
        var x = ReadInput(types, 1);
        var (axis, said) = Axis(x);
        double[] limit = [.. Numbers(x, axis).Select(value => Math.Round(value))];
        var y = New(TensorElementType.Bool, [.. x.Shape]);
        _steps.Add(new ThresholdStepSpec(name, x.Name, y, limit, said));
        _onnx.Node("GreaterOrEqual", [x.Name, List(x.Type, limit, x, axis)], y);
    }
}
