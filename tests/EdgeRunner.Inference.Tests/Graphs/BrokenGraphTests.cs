using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Tests.Plans;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Graphs;

/// <summary>Random graphs with one defect each: always an error with step or tensor, expected and found; never a crash.</summary>
public sealed class BrokenGraphTests
{
    private static readonly Dictionary<string, OnnxSignature> NoFiles = new(StringComparer.Ordinal);

    [Fact]
    public void Whole_graph_has_no_error_and_every_shape_is_known() => ForAnyGraph((graph, _) =>
    {
        var check = GraphChecker.Check(graph, NoFiles);
        Assert.Empty(check.Errors);
        Assert.All(check.Tensors.Values, tensor => Assert.True(tensor.IsFixed, tensor.Name));
    });

    [Fact]
    public void Step_that_reads_an_unknown_tensor_is_named() => ForAnyGraph((graph, random) =>
    {
        var index = random.Next(graph.Graph.Count);
        AssertBroken(graph with { Graph = Replace(graph.Graph, index, ReadNowhere(graph.Graph[index])) }, graph.Graph[index].Name);
    });

    [Fact]
    public void Tensor_made_twice_names_the_second_step() => ForAnyGraph((graph, random) =>
    {
        var index = random.Next(graph.Graph.Count);
        var copy = graph.Graph[index] with { Name = "again" };
        AssertBroken(graph with { Graph = [.. graph.Graph, copy] }, "again");
    });

    [Fact]
    public void Step_that_is_missing_or_comes_too_late_is_an_error() => ForAnyGraph((graph, random) =>
    {
        var index = random.Next(graph.Graph.Count);
        AssertBroken(graph with { Graph = [.. graph.Graph.Where((_, i) => i != index)] }, step: null);
        var readers = graph.Graph.Skip(index + 1).Where(step => step.Reads.Intersect(graph.Graph[index].Makes, StringComparer.Ordinal).Any()).ToArray();
        if (readers.Length > 0)
        {
            AssertBroken(graph with { Graph = [.. graph.Graph.Where((_, i) => i != index), graph.Graph[index]] }, readers[0].Name);
        }
    });

    [Fact]
    public void Text_input_names_the_step_that_reads_it() => ForAnyGraph((graph, random) =>
    {
        var index = random.Next(graph.Inputs.Count);
        var inputs = graph.Inputs.Select((input, i) => i == index ? input with { Type = TensorElementType.String } : input);
        // A concat compares with its first input, so it may name another tensor than this one.
        AssertBroken(graph with { Inputs = [.. inputs] }, graph.Graph.First(step => step.Reads.Contains(graph.Inputs[index].Name, StringComparer.Ordinal)).Name);
    });

    [Fact]
    public void Output_of_another_type_or_rank_names_the_step_that_makes_it() => ForAnyGraph((graph, random) =>
    {
        var index = random.Next(graph.Outputs.Count);
        var output = graph.Outputs[index];
        var wrong = random.Next(2) == 0 ? output with { Shape = [.. output.Shape, 2] } : output with { Type = output.Type == TensorElementType.UInt8 ? TensorElementType.Int8 : TensorElementType.UInt8 };
        AssertBroken(graph with { Outputs = [.. graph.Outputs.Select((one, i) => i == index ? wrong : one)] }, graph.Graph.First(step => step.Makes.Contains(output.Name, StringComparer.Ordinal)).Name);
    });

    [Fact]
    public void Member_out_of_range_names_its_step() => ForAnyGraph((graph, random) =>
    {
        var index = random.Next(graph.Graph.Count);
        if (Spoil(graph.Graph[index], random.Next(2) == 0 ? 99 : -99) is { } spoiled)
        {
            AssertBroken(graph with { Graph = Replace(graph.Graph, index, spoiled) }, spoiled.Name);
        }
    });

    private static StepSpec? Spoil(StepSpec step, int far) => step switch
    {
        SelectStepSpec select => select with { Indices = [far] },
        SliceStepSpec slice => slice with { Axes = [.. slice.Axes!.Select(_ => far)] },
        ConcatStepSpec concat => concat with { Axis = far },
        ReshapeStepSpec reshape => reshape with { Shape = [7919] },
        TransposeStepSpec transpose => transpose with { Permutation = [.. transpose.Permutation!, 0] },
        CastStepSpec cast => cast with { To = TensorElementType.String },
        ScaleStepSpec scale => scale with { Factor = new double[99] },
        ClipStepSpec clip => clip with { Minimum = 1, Maximum = 0 },
        NormaliseStepSpec normalise => normalise with { Method = "l3" },
        SoftmaxStepSpec softmax => softmax with { Axis = far },
        ArgmaxStepSpec argmax => argmax with { Axis = far },
        TopKStepSpec top => top with { K = far },
        ThresholdStepSpec threshold => threshold with { Limit = [] },
        _ => null,
    };

    private static StepSpec ReadNowhere(StepSpec step) => step switch
    {
        UnaryStepSpec unary => unary with { Input = "nowhere" },
        ConcatStepSpec concat => concat with { Inputs = [.. concat.Inputs, "nowhere"] },
        TopKStepSpec top => top with { Input = "nowhere" },
        _ => throw new InvalidOperationException($"No case for {step.GetType()}"),
    };

    private static StepSpec[] Replace(IReadOnlyList<StepSpec> steps, int index, StepSpec step) => [.. steps.Select((old, i) => i == index ? step : old)];

    private static void AssertBroken(ModelManifest manifest, string? step)
    {
        var errors = GraphChecker.Check(manifest, NoFiles).Errors;
        Assert.NotEmpty(errors);
        Assert.All(errors, error => Assert.True((error.Step ?? error.Tensor) is not null && error.Expected.Length > 0 && error.Found.Length > 0, error.ToString()));
        if (step is not null)
        {
            Assert.Contains(errors, error => string.Equals(error.Step, step, StringComparison.Ordinal));
        }
    }

    private static void ForAnyGraph(Action<ModelManifest, Random> check) => Prop
        .ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => check(RandomGraph.Make(seed, steps: 1 + (seed % 10)).Manifest, new Random(seed)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
