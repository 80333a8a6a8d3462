using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tests.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

[Collection(SessionTestsCollection.Name)]
public sealed class CascadeTests(ModelRuntimeFixture fixture)
{
    private static Dictionary<string, CascadeOutputSpec> Outputs(string name, string then, string otherwise) => new(StringComparer.Ordinal) { [name] = new(then, otherwise) };

    private static TensorSpec X(params long[] shape) => TestModel.Tensor("x", TensorElementType.Float32, shape);

    private static TensorSpec Ran => TestModel.Tensor("ran", TensorElementType.Bool);

    /// <summary>Doubles x when the rule over x holds.</summary>
    private static ModelManifest Doubling(CascadeRuleSpec rule, params long[] shape) => TestModel.Manifest(
        [X(shape)], [TestModel.Tensor("y", TensorElementType.Float32, shape), Ran],
        new CascadeStepSpec("cascade", rule, [new ScaleStepSpec("twice", "x", "z", [2])], Outputs("y", "z", "x"), "ran"));

    private static bool Run(ModelInstance model, params float[] x)
    {
        x.CopyTo(model.Input("x").Tensor.AsSpan<float>());
        model.Run();
        return model.Output("ran").Tensor.AsSpan<bool>()[0];
    }

    public static TheoryData<CascadeRuleSpec, float[], bool> Rules => new()
    {
        { new("x", "max-below", 0.8), [0.1f, 0.7f, 0.2f], true },
        { new("x", "max-below", 0.75), [0.1f, 0.75f, 0.15f], false },
        { new("x", "max-below", 0.8), [0.1f, float.NaN, 0.9f], true },
        { new("x", "margin-below", 0.25), [0.5f, 0.1f, 0.4f], true },
        { new("x", "margin-below", 0.25), [0.5f, 0.25f, 0.25f], false },
        { new("x", "margin-below", 0.25), [0.5f, 0.5f, 0], true },
        { new("x", "margin-below", 0.25), [float.NaN, 1, 0], true },
        { new("x", "entropy-above", 1), [0.34f, 0.33f, 0.33f], true },
        { new("x", "entropy-above", 1), [0.9f, 0.1f, 0], false },
        { new("x", "entropy-above", 0), [0, 1, 0], false },
        { new("x", "entropy-above", 1), [float.NaN, 1, 0], true },
        { new("x", "inside", Low: 0.2, High: 0.5, Index: -1), [0, 0, 0.5f], true },
        { new("x", "inside", Low: 0.2, High: 0.5, Index: 1), [0.3f, 0.6f, 0.3f], false },
        { new("x", "inside", Low: 0.2), [float.NaN, 1, 1], false },
        { new("x", "outside", Low: 0.2, High: 0.5), [0.1f, 0.3f, 0.3f], true },
        { new("x", "outside", High: 0.5), [0.5f, 9, 9], false },
        { new("x", "outside", High: 0.5), [float.NaN, 0, 0], true },
        { new("x", "label-in", Labels: [0, 2]), [0, 0, 5], true },
        { new("x", "label-in", Labels: [0, 2]), [3, 5, 5], false },
        { new("x", "label-in", Labels: [0, 2]), [5, 5, 5], true },
        { new("x", "label-in", Labels: [0]), [float.NaN, 5, 5], false },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_decides_whether_the_inner_steps_run(CascadeRuleSpec rule, float[] x, bool expected)
    {
        using var model = TestModel.Load(fixture.Runtime, Doubling(rule, 1, 3));
        Assert.Equal(expected, Run(model, x));
        Assert.Equal(expected ? [.. x.Select(value => value * 2)] : x, model.Output("y").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void One_row_is_enough_and_all_rows_are_run()
    {
        using var model = TestModel.Load(fixture.Runtime, Doubling(new CascadeRuleSpec("x", "max-below", 0.8), 2, 2));
        Assert.False(Run(model, 0.9f, 0.1f, 0.1f, 0.9f));
        Assert.True(Run(model, 0.9f, 0.1f, 0.6f, 0.4f));
        Assert.Equal([1.8f, 0.2f, 1.2f, 0.8f], model.Output("y").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Labels_of_an_integer_tensor_are_its_elements()
    {
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [TestModel.Tensor("x", TensorElementType.Int64, 1, 2)], [TestModel.Tensor("y", TensorElementType.Int64, 1, 2), Ran],
            new CascadeStepSpec("cascade", new CascadeRuleSpec("x", "label-in", Labels: [7]), [new ClipStepSpec("clip", "x", "z", Maximum: 3)], Outputs("y", "z", "x"), "ran")));
        new long[] { 1, 7 }.CopyTo(model.Input("x").Tensor.AsSpan<long>());
        model.Run();
        Assert.Equal([1L, 3], model.Output("y").Tensor.AsSpan<long>().ToArray());
        new long[] { 1, 6 }.CopyTo(model.Input("x").Tensor.AsSpan<long>());
        model.Run();
        Assert.Equal([1L, 6], model.Output("y").Tensor.AsSpan<long>().ToArray());
    }

    [Fact]
    public void What_stands_in_overwrites_nothing_that_was_made_outside_and_only_joined_inside()
    {
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [X(2)],
            [TestModel.Tensor("y", TensorElementType.Float32, 4), TestModel.Tensor("ten", TensorElementType.Float32, 2), TestModel.Tensor("later", TensorElementType.Float32, 2)],
            new ScaleStepSpec("outside", "x", "ten", [10]),
            new ConcatStepSpec("stand_in", ["x", "x"], "pair", 0),
            new CascadeStepSpec(
                "cascade", new CascadeRuleSpec("x", "max-below", 0.5),
                [new ScaleStepSpec("inside", "x", "hundred", [100]), new ConcatStepSpec("join", ["ten", "hundred"], "joined", 0)],
                Outputs("y", "joined", "pair")),
            new ScaleStepSpec("after", "ten", "later", [2])));
        foreach (var x in (float[][])[[1, 2], [0.25f, 0.125f], [3, 4]])
        {
            x.CopyTo(model.Input("x").Tensor.AsSpan<float>());
            model.Run();
            float[] joined = [x[0] * 10, x[1] * 10, x[0] * 100, x[1] * 100];
            Assert.Equal(x.Max() < 0.5f ? joined : [.. x, .. x], model.Output("y").Tensor.AsSpan<float>().ToArray());
            Assert.Equal([x[0] * 10, x[1] * 10], model.Output("ten").Tensor.AsSpan<float>().ToArray());
            Assert.Equal([x[0] * 20, x[1] * 20], model.Output("later").Tensor.AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public void State_made_inside_keeps_its_value_while_the_cascade_does_not_run()
    {
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [X(1, 2)], [TestModel.Tensor("count_next", TensorElementType.Float32), Ran],
            new CascadeStepSpec("cascade", new CascadeRuleSpec("x", "max-below", 0), [new ScaleStepSpec("add", "count", "more", Offset: [1])], Outputs("count_next", "more", "count"), "ran"))
            with { States = [new StateSpec("count", TensorElementType.Float32, [], "count_next")] });
        var expected = 0;
        for (var i = 0; i < 20; i++)
        {
            var runs = i % 3 == 0 || i % 7 == 0;
            expected += runs ? 1 : 0;
            Assert.Equal(runs, Run(model, runs ? -1 : 1, -2));
            Assert.Equal(expected, model.Output("count_next").Tensor.AsSpan<float>()[0]);
        }
        model.ResetState();
        Run(model, -1, -1);
        Assert.Equal(1, model.Output("count_next").Tensor.AsSpan<float>()[0]);
    }

    [Fact]
    public void View_of_an_outer_tensor_taken_out_of_a_cascade_does_not_let_it_be_overwritten()
    {
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [X(1, 2)], [TestModel.Tensor("y", TensorElementType.Float32, 2), TestModel.Tensor("after", TensorElementType.Float32, 1, 2), Ran],
            new ScaleStepSpec("a", "x", "outer", [10]),
            new ReshapeStepSpec("b", "x", "flat", [2]),
            new CascadeStepSpec("cascade", new CascadeRuleSpec("x", "max-below", 0), [new ReshapeStepSpec("view", "outer", "viewed", [2])], Outputs("y", "viewed", "flat"), "ran"),
            new ScaleStepSpec("c", "outer", "after", [1])));
        Assert.False(Run(model, 1, 2));
        Assert.Equal([1f, 2], model.Output("y").Tensor.AsSpan<float>().ToArray());
        Assert.Equal([10f, 20], model.Output("after").Tensor.AsSpan<float>().ToArray());
        Assert.True(Run(model, -1, -2));
        Assert.Equal([-10f, -20], model.Output("y").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Onnx_file_runs_inside_a_cascade_inside_a_cascade()
    {
        var builder = new OnnxModelBuilder().Input("a", TensorElementType.Float32, [1, 2]).Output("b", TensorElementType.Float32);
        builder.Node("Neg", ["a"], "b");
        using var model = TestModel.Load(fixture.Runtime, TestModel.Manifest(
            [X(1, 2)], [TestModel.Tensor("y", TensorElementType.Float32, 1, 2), Ran],
            new CascadeStepSpec("outer", new CascadeRuleSpec("x", "max-below", 10),
            [
                new OnnxStepSpec("negate", "neg.onnx", new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "x" }, new Dictionary<string, string>(StringComparer.Ordinal) { ["b"] = "negated" }),
                new CascadeStepSpec("inner", new CascadeRuleSpec("x", "max-below", 5), [new ScaleStepSpec("scale", "negated", "scaled", [100])], Outputs("either", "scaled", "negated")),
            ], Outputs("y", "either", "x"), "ran")), ("neg.onnx", builder.Build()));
        Assert.False(Run(model, 11, 1));
        Assert.Equal([11f, 1], model.Output("y").Tensor.AsSpan<float>().ToArray());
        Assert.True(Run(model, 6, 1));
        Assert.Equal([-6f, -1], model.Output("y").Tensor.AsSpan<float>().ToArray());
        Assert.True(Run(model, 4, 1));
        Assert.Equal([-400f, -100], model.Output("y").Tensor.AsSpan<float>().ToArray());
        Assert.Equal(["negate", "inner"], model.Steps[0].Nested.Select(step => step.Name), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("max-under", 0.5, null, "\"rule\" one of max-below, margin-below, entropy-above, inside, outside, label-in, found \"max-under\"")]
    [InlineData("max-below", null, null, "expected \"value\" for rule max-below, found nothing")]
    [InlineData("max-below", 0.5, 1, "expected no \"index\" for rule max-below, found one")]
    [InlineData("outside", null, null, "expected \"low\" or \"high\" for rule outside, found nothing")]
    [InlineData("label-in", null, null, "expected \"labels\" for rule label-in, found nothing")]
    public void Rule_without_what_it_needs_is_refused(string rule, double? value, int? index, string expected) =>
        Assert.Contains($"step \"cascade\": {(expected.StartsWith('"') ? "expected " : "")}{expected}", TestModel.Refuse(fixture.Runtime, Doubling(new CascadeRuleSpec("x", rule, value, Index: index), 1, 3)), StringComparison.Ordinal);

    [Fact]
    public void Outputs_must_fit_both_ways_and_come_from_inside()
    {
        string Refuse(CascadeStepSpec step) => TestModel.Refuse(fixture.Runtime, TestModel.Manifest([X(1, 3)], [TestModel.Tensor("y", TensorElementType.Float32, 1, 3)], step));
        var rule = new CascadeRuleSpec("x", "max-below", 1);
        Assert.Contains("step \"c\", tensor \"x\": expected float32[3], as \"z\" that stands for \"y\" when the cascade runs, found float32[1, 3]",
            Refuse(new CascadeStepSpec("c", rule, [new ReshapeStepSpec("s", "x", "z", [3])], Outputs("y", "z", "x"))), StringComparison.Ordinal);
        Assert.Contains("step \"c\", tensor \"x\": expected a tensor that a step inside makes, found an input",
            Refuse(new CascadeStepSpec("c", rule, [new SigmoidStepSpec("s", "x", "z")], Outputs("y", "x", "x"))), StringComparison.Ordinal);
        Assert.Contains("step \"s\", tensor \"z\": expected somebody inside to read it",
            Refuse(new CascadeStepSpec("c", rule, [new SigmoidStepSpec("s", "x", "z"), new SigmoidStepSpec("t", "x", "w")], Outputs("y", "w", "x"))), StringComparison.Ordinal);
        Assert.Contains("step \"s\", tensor \"w\": expected step \"t\", which makes it, to come before this one",
            Refuse(new CascadeStepSpec("c", rule, [new SigmoidStepSpec("s", "w", "z"), new SigmoidStepSpec("t", "x", "w")], Outputs("y", "z", "x"))), StringComparison.Ordinal);
        Assert.Contains("step \"s\", tensor \"x\": expected a name of its own, found two tensors of that name: an input and made by step \"s\"",
            Refuse(new CascadeStepSpec("c", rule, [new SigmoidStepSpec("s", "x", "x")], Outputs("y", "x", "x"))), StringComparison.Ordinal);
        Assert.Contains("$.graph: \"c\" is there 2 times", Refuse(new CascadeStepSpec("c", rule, [new SigmoidStepSpec("c", "x", "z")], Outputs("y", "z", "x"))), StringComparison.Ordinal);
    }
}
