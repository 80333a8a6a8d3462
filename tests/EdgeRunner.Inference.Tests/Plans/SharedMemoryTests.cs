using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Tests.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

[Collection(SessionTestsCollection.Name)]
public sealed class SharedMemoryTests(ModelRuntimeFixture fixture)
{
    [Fact]
    public void Concat_of_made_tensors_is_filled_in_place_and_of_inputs_is_copied()
    {
        using var author = new AuthorDirectory(
            """
            "inputs": [ { "name": "x", "type": "float32", "shape": [1, 2] } ],
            "outputs": [ { "name": "s", "type": "float32", "shape": [1, 2] }, { "name": "all", "type": "float32", "shape": [1, 6] } ],
            "graph": [ { "step": "sigmoid", "name": "squash", "input": "x", "output": "s" },
                       { "step": "concat", "name": "join", "inputs": ["s", "x", "s"], "output": "all", "axis": -1 } ]
            """);
        using var model = author.Load(fixture.Runtime);
        var (x, s, all) = (model.Input("x").Tensor, model.Output("s").Tensor, model.Output("all").Tensor);

        new float[] { 0, 2 }.CopyTo(x.AsSpan<float>());
        model.Run();

        Assert.Equal([0.5f, 0.880797f, 0, 2, 0.5f, 0.880797f], all.AsSpan<float>().ToArray());
        s.AsSpan<float>()[0] = 9;
        Assert.Equal([9, 0.880797f, 0, 2, 0.5f, 0.880797f], all.AsSpan<float>().ToArray());
        x.AsSpan<float>()[1] = 7;
        Assert.Equal(2f, all.AsSpan<float>()[3]);
    }

    [Fact]
    public void Concat_along_an_inner_axis_interleaves()
    {
        using var author = new AuthorDirectory(
            """
            "inputs": [ { "name": "a", "type": "int16", "shape": [2, 1, 2] }, { "name": "b", "type": "int16", "shape": [2, 2, 2] } ],
            "outputs": [ { "name": "c", "type": "int16", "shape": [2, 3, 2] } ],
            "graph": [ { "step": "concat", "name": "join", "inputs": ["a", "b"], "output": "c", "axis": 1 } ]
            """);
        using var model = author.Load(fixture.Runtime);
        new short[] { 1, 2, 3, 4 }.CopyTo(model.Input("a").Tensor.AsSpan<short>());
        new short[] { 5, 6, 7, 8, 9, 10, 11, 12 }.CopyTo(model.Input("b").Tensor.AsSpan<short>());

        model.Run();

        Assert.Equal(new short[] { 1, 2, 5, 6, 7, 8, 3, 4, 9, 10, 11, 12 }, model.Output("c").Tensor.AsSpan<short>().ToArray());
    }

    [Fact]
    public void Reshape_slice_and_select_of_made_tensors_cost_nothing_and_of_inputs_are_copied()
    {
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [TestModel.Tensor("x", TensorElementType.Float32, 2, 3)],
            [TestModel.Tensor("row", TensorElementType.Float32, 1, 3), TestModel.Tensor("part", TensorElementType.Float32, 2), TestModel.Tensor("same", TensorElementType.Float32, 3, 2)],
            new ScaleStepSpec("make", "x", "made", [10]),
            new ReshapeStepSpec("flat", "made", "flattened", [6]),
            new SelectStepSpec("part", "flattened", "part", [2, 3], 0),
            new SliceStepSpec("row", "made", "row", [1], [2]),
            new ReshapeStepSpec("copy", "x", "same", [3, 2])));
        Assert.Equal(["flat", "part", "row"], model.Steps.Where(step => step.IsFree).Select(step => step.Name), StringComparer.Ordinal);
        new float[] { 1, 2, 3, 4, 5, 6 }.CopyTo(model.Input("x").Tensor.AsSpan<float>());
        model.Run();
        model.Input("x").Tensor.AsSpan<float>().Clear();
        Assert.Equal([40f, 50, 60], model.Output("row").Tensor.AsSpan<float>().ToArray());
        Assert.Equal([30f, 40], model.Output("part").Tensor.AsSpan<float>().ToArray());
        Assert.Equal([1f, 2, 3, 4, 5, 6], model.Output("same").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Concat_of_reshaped_tensors_moves_what_they_show()
    {
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [TestModel.Tensor("x", TensorElementType.Float32, 2)],
            [TestModel.Tensor("all", TensorElementType.Float32, 2, 2)],
            new ScaleStepSpec("a", "x", "ten", [10]),
            new ReshapeStepSpec("b", "ten", "ten_row", [1, 2]),
            new ScaleStepSpec("c", "ten", "hundred", [10]),
            new ReshapeStepSpec("d", "hundred", "hundred_row", [1, 2]),
            new ConcatStepSpec("join", ["hundred_row", "ten_row"], "all", 0)));
        Assert.Equal(["b", "d", "join"], model.Steps.Where(step => step.IsFree).Select(step => step.Name), StringComparer.Ordinal);
        new float[] { 1, 2 }.CopyTo(model.Input("x").Tensor.AsSpan<float>());
        model.Run();
        Assert.Equal([100f, 200, 10, 20], model.Output("all").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Next_state_may_be_a_concat_that_is_filled_in_place_and_its_parts_stay_right_in_both_phases()
    {
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [TestModel.Tensor("x", TensorElementType.Float32, 1)],
            [TestModel.Tensor("window", TensorElementType.Float32, 3), TestModel.Tensor("newest", TensorElementType.Float32, 1)],
            new SliceStepSpec("older", "history", "rest", [1], [3]),
            new ScaleStepSpec("scale", "x", "newest", [10]),
            new ConcatStepSpec("join", ["rest", "newest"], "window", 0))
            with { States = [new StateSpec("history", TensorElementType.Float32, [3], "window")] });
        for (var i = 1; i <= 6; i++)
        {
            model.Input("x").Tensor.AsSpan<float>()[0] = i;
            model.Run();
            Assert.Equal([Math.Max(0, i - 2) * 10f, Math.Max(0, i - 1) * 10f, i * 10f], model.Output("window").Tensor.AsSpan<float>().ToArray());
            Assert.Equal(i * 10f, model.Output("newest").Tensor.AsSpan<float>()[0]);
        }
    }

    [Fact]
    public void Steps_know_whose_results_they_read_through_shared_memory()
    {
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [TestModel.Tensor("x", TensorElementType.Float32, 2)],
            [TestModel.Tensor("y", TensorElementType.Float32, 4), TestModel.Tensor("z", TensorElementType.Float32, 2)],
            new SigmoidStepSpec("a", "x", "p"),
            new ScaleStepSpec("b", "x", "q", [2]),
            new ConcatStepSpec("join", ["p", "q"], "both", 0),
            new SigmoidStepSpec("c", "both", "y"),
            new ScaleStepSpec("d", "q", "z", [3])));
        Assert.Equal(["0:", "1:", "3:0,1", "4:1"], model.Plan.NodesByPhase[0].Select(node => $"{node.GraphIndex}:{string.Join(',', node.DependsOn)}"), StringComparer.Ordinal);
    }
}
