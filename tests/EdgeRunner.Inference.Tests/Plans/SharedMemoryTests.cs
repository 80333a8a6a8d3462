using EdgeRunner.Inference.Tests.Sessions;

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
}
