using System.Text;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Inference.Tests.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Sessions;

[Collection(SessionTestsCollection.Name)]
public sealed class DynamicShapeTests(ModelRuntimeFixture fixture)
{
    private const string Json =
        """
        { "format": 1, "name": "m", "version": "1.0.0", "license": "MIT",
          "inputs": [ { "name": "x", "type": "float32", "shape": [1, "frames"] } ],
          "outputs": [ { "name": "y", "type": "float32", "shape": [1, "frames"] }, { "name": "best", "type": "int64", "shape": [1, 1] } ],
          "dimensions": { "frames": { "minimum": 2, "maximum": 300, "default": 4 } },
          "graph": [ { "step": "scale", "name": "twice", "input": "x", "output": "y", "factor": [2] },
                     { "step": "argmax", "name": "find", "input": "y", "output": "best" } ] }
        """;

    private static ModelManifest Read(string json) => ManifestReader.Read(Encoding.UTF8.GetBytes(json), "model.json", ManifestForm.Author);

    private static string Refuse(string old, string @new) => Assert.Throws<BundleException>(() => Read(Json.Replace(old, @new, StringComparison.Ordinal))).Message;

    private ModelInstance Load(int kept = 8, params (string, byte[])[] files)
    {
        using var bundle = TestModel.Bundle(Read(Json), files);
        return ModelInstance.Load(fixture.Runtime, bundle, new ModelLoadOptions { MaxPreparedShapes = kept });
    }

    private static void Check(ModelInstance model, params float[] x)
    {
        x.CopyTo(model.Input("x").Tensor.AsSpan<float>());
        model.Run();
        Assert.Equal([.. x.Select(value => value * 2)], model.Output("y").Tensor.AsSpan<float>().ToArray());
        Assert.Equal(Array.IndexOf(x, x.Max()), model.Output("best").Tensor.AsSpan<long>()[0]);
    }

    [Fact]
    public void Default_size_is_used_until_another_is_asked_for()
    {
        using var model = Load();
        Assert.Equal(["frames"], model.Dimensions);
        Assert.Equal([4L], model.Sizes);
        Assert.Equal("x float32[1, frames]", model.Input("x").ToString());
        Check(model, 1, 2, 3, 0);
        model.Resize(7);
        Assert.Equal([1L, 7], model.Output("y").Tensor.Shape.ToArray());
        Check(model, 1, 2, 3, 4, 9, 6, 7);
        model.Resize(4);
        Check(model, 9, 2, 3, 4);
        model.ResizeFor(new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal) { ["x"] = [1, 2] });
        Check(model, 9, 10);
    }

    [Fact]
    public void Size_out_of_range_is_refused_and_changes_nothing()
    {
        using var model = Load();
        Assert.Contains("dimension \"frames\" is 301; the model takes 2 to 300", Assert.Throws<ArgumentException>(() => model.Resize(301)).Message, StringComparison.Ordinal);
        Assert.Contains("dimension \"frames\" is 1;", Assert.Throws<ArgumentException>(() => model.Resize(1)).Message, StringComparison.Ordinal);
        Assert.Contains("2 sizes given, the model has 1 dimensions: frames", Assert.Throws<ArgumentException>(() => model.Resize(3, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("dimension 0 of input \"x\" is 2; it must be 1", ResizeFor(model, 2, 5), StringComparison.Ordinal);
        Assert.Contains("input \"x\" is float32[5]; it has 2 dimensions", ResizeFor(model, 5), StringComparison.Ordinal);
        Assert.Equal([4L], model.Sizes);
        Check(model, 1, 2, 3, 0);
    }

    private static string ResizeFor(ModelInstance model, params long[] shape) => Assert.Throws<ArgumentException>(
        () => model.ResizeFor(new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal) { ["x"] = shape })).Message;

    [Fact]
    public void Only_the_sizes_met_last_are_kept()
    {
        using var model = Load(kept: 2);
        var first = model.Input("x").Tensor;
        model.Resize(5);
        var second = model.Input("x").Tensor;
        model.Resize(4);
        Assert.Same(first, model.Input("x").Tensor);
        model.Resize(6);
        _ = first.AsSpan<float>();
        Assert.Throws<ObjectDisposedException>(() => second.AsSpan<float>()[0]);
        model.Resize(5);
        Check(model, 5, 4, 3, 2, 1);
    }

    [Fact]
    public void Known_size_costs_no_allocation()
    {
        using var model = Load();
        var size = 9;
        Assert.Equal(0, Allocations.Of(() =>
        {
            model.Resize(size);
            model.Run();
            size = size == 9 ? 4 : 9;
        }, calls: 100));
    }

    /// <summary>The file leaves its output's shape open, so new sizes are measured by a run; the state must not notice.</summary>
    [Fact]
    public void State_goes_on_when_the_size_changes_between_any_two_runs()
    {
        var builder = new OnnxModelBuilder().Input("a", TensorElementType.Float32, [1]).Output("b", TensorElementType.Float32);
        builder.Node("Add", ["a", builder.Initializer(RandomTensor.Of(TensorElementType.Float32, [1], 1))], "b");
        var open = new OnnxModelBuilder().Input("a", TensorElementType.Float32, []).Output("b", TensorElementType.Float32);
        open.Node("Identity", ["a"], "b");
        var manifest = Read(Json) with
        {
            States = [new StateSpec("count", TensorElementType.Float32, [1], "count_next")],
            Graph =
            [
                Onnx("count", "add.onnx", "count", "count_next"), Onnx("pass", "identity.onnx", "x", "passed"),
                new ScaleStepSpec("twice", "passed", "y", [2]), new ArgmaxStepSpec("find", "y", "best"),
            ],
            Outputs = [.. Read(Json).Outputs, TestModel.Tensor("count_next", TensorElementType.Float32, 1)],
        };
        using var bundle = TestModel.Bundle(manifest, ("add.onnx", builder.Build()), ("identity.onnx", open.Build()));
        using var model = ModelInstance.Load(fixture.Runtime, bundle);
        for (var i = 1; i < 20; i++)
        {
            model.Resize(2 + (i * 7 % 11));
            model.Input("x").Tensor.AsSpan<float>().Fill(i);
            model.Run();
            Assert.Equal(i, model.Output("count_next").Tensor.AsSpan<float>()[0]);
            Assert.All(model.Output("y").Tensor.AsSpan<float>().ToArray(), y => Assert.Equal(i * 2f, y));
        }
    }

    private static OnnxStepSpec Onnx(string name, string file, string input, string output) => new(
        name, file, new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = input }, new Dictionary<string, string>(StringComparer.Ordinal) { ["b"] = output });

    [Fact]
    public void Golden_cases_run_with_the_default_size_whatever_is_in_use()
    {
        var manifest = Read(Json) with
        {
            Golden = [new GoldenSpec("one", new Dictionary<string, string>(StringComparer.Ordinal) { ["x"] = "x.npy" }, new Dictionary<string, string>(StringComparer.Ordinal) { ["y"] = "y.npy" })],
        };
        using var bundle = TestModel.Bundle(manifest, ("x.npy", NpyFile.Write(TestModel.Floats([1, 4], 1, 2, 3, 4))), ("y.npy", NpyFile.Write(TestModel.Floats([1, 4], 2, 4, 6, 8))));
        using var model = ModelInstance.Load(fixture.Runtime, bundle);
        model.Resize(9);
        Assert.True(model.SelfTest().Passed);
        Assert.Equal([4L], model.Sizes);
    }

    [Fact]
    public void Names_survive_being_written()
    {
        var written = Encoding.UTF8.GetString(ManifestReader.Write(Read(Json)));
        Assert.Equal(["frames"], Read(written).Inputs[0].Symbols.OfType<string>());
        Assert.Equal([1L, 4], Read(written).Outputs[0].Shape);
    }

    [Fact]
    public void Mistakes_in_dimensions_are_named()
    {
        Assert.Contains("$.inputs[0].shape: \"frame\" is not in $.dimensions (did you mean \"frames\"?)", Refuse("\"x\", \"type\": \"float32\", \"shape\": [1, \"frames\"]", "\"x\", \"type\": \"float32\", \"shape\": [1, \"frame\"]"), StringComparison.Ordinal);
        Assert.Contains("$.dimensions.frames: is in the shape of no input", Refuse("\"x\", \"type\": \"float32\", \"shape\": [1, \"frames\"]", "\"x\", \"type\": \"float32\", \"shape\": [1, 4]"), StringComparison.Ordinal);
        Assert.Contains("$.dimensions.frames: minimum 2, default 1, maximum 300 are not in order", Refuse("\"default\": 4", "\"default\": 1"), StringComparison.Ordinal);
        Assert.Contains("takes more than 1073741824 bytes", Refuse("\"maximum\": 300", "\"maximum\": 300000000"), StringComparison.Ordinal);
        Assert.Contains("$.inputs[0].shape[1]: 1.5 is not a whole number or the name of a dimension", Refuse("\"x\", \"type\": \"float32\", \"shape\": [1, \"frames\"]", "\"x\", \"type\": \"float32\", \"shape\": [1, 1.5]"), StringComparison.Ordinal);
    }
}
