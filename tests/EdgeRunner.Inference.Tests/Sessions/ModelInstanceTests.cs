using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Sessions;

[Collection(SessionTestsCollection.Name)]
public sealed class ModelInstanceTests(ModelRuntimeFixture fixture)
{
    [Fact]
    public void State_is_carried_from_run_to_run_and_reset()
    {
        using var author = AuthorDirectory.Accumulator();
        using var model = author.Load(fixture.Runtime);
        var (x, total) = (model.Input("x"), model.Output("total"));

        x.Tensor.AsSpan<float>().Fill(1);
        for (var i = 1; i <= 7; i++)
        {
            model.Run();
            Assert.Equal([i, i, (float)i], total.Tensor.AsSpan<float>().ToArray());
        }
        model.ResetState();
        model.Run();
        Assert.Equal([1f, 1f, 1f], total.Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void State_begins_with_the_value_of_its_file_also_after_a_reset_in_either_phase()
    {
        using var author = AuthorDirectory.Accumulator(state: """, "initial": "initial.npy" """)
            .With("initial.npy", AuthorDirectory.Floats([1, 3], 10, 20, 30));
        using var model = author.Load(fixture.Runtime);
        for (var runs = 0; runs < 4; runs++)
        {
            model.ResetState();
            for (var i = 0; i <= runs; i++)
            {
                model.Input("x").Tensor.AsSpan<float>().Fill(1);
                model.Run();
            }
            Assert.Equal([11f + runs, 21f + runs, 31f + runs], model.Output("total").Tensor.AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public void Next_state_can_be_an_output_as_well()
    {
        using var author = AuthorDirectory.Accumulator(
            outputs: """{ "name": "total", "type": "float32", "shape": [1, 3] }, { "name": "next_sum", "type": "float32", "shape": [1, 3] }""");
        using var model = author.Load(fixture.Runtime);
        model.Input("x").Tensor.AsSpan<float>().Fill(2);
        for (var i = 1; i <= 5; i++)
        {
            model.Run();
            Assert.Equal([2f * i, 2f * i, 2f * i], model.Output("next_sum").Tensor.AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public void Run_and_reset_allocate_nothing()
    {
        using var author = AuthorDirectory.Accumulator(
            outputs: """{ "name": "total", "type": "float32", "shape": [1, 3] }, { "name": "next_sum", "type": "float32", "shape": [1, 3] }""");
        using var model = author.Load(fixture.Runtime);
        var (x, next) = (model.Input("x"), model.Output("next_sum"));
        var i = 0;
        Assert.Equal(0, Allocations.Of(Step, calls: 1000));

        void Step()
        {
            i++;
            x.Tensor.AsSpan<float>()[i % 3] = i;
            model.Run();
            _ = next.Tensor.AsSpan<float>()[0];
            if (i % 100 == 0)
            {
                model.ResetState();
            }
        }
    }

    [Fact]
    public void Run_that_is_broken_off_leaves_the_state_as_it_was()
    {
        using var author = AuthorDirectory.Accumulator();
        using var model = author.Load(fixture.Runtime);
        using var options = new OrtRunOptions(fixture.Runtime.OnnxRuntime);
        model.Input("x").Tensor.AsSpan<float>().Fill(1);
        model.Run();
        options.Terminate();
        Assert.Throws<OrtException>(() => model.Run(options));
        Assert.Throws<OrtException>(() => model.Run(options));
        model.Run();
        Assert.Equal([2f, 2f, 2f], model.Output("total").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Steps_share_tensors_and_the_manifest_fixes_the_batch()
    {
        using var author = new AuthorDirectory(
            """
            "inputs": [ { "name": "x", "type": "float32", "shape": [2, 4] } ],
            "outputs": [ { "name": "sum", "type": "float32", "shape": [2, 1] }, { "name": "twice", "type": "float32", "shape": [2, 4] } ],
            "graph": [ { "step": "onnx", "name": "double", "file": "double.onnx", "inputs": { "x": "x" }, "outputs": { "doubled": "twice" } },
                       { "step": "onnx", "name": "again", "file": "double.onnx", "inputs": { "x": "twice" }, "outputs": { "doubled": "four" } },
                       { "step": "onnx", "name": "sum", "file": "row_sum.onnx", "inputs": { "values": "four" }, "outputs": { "sum": "sum" } } ]
            """, "double", "row_sum");
        using var model = author.Load(fixture.Runtime);

        new float[] { 1, 2, 3, 4, 10, 20, 30, 40 }.CopyTo(model.Input("x").Tensor.AsSpan<float>());
        model.Run();

        Assert.Equal([40f, 400f], model.Output("sum").Tensor.AsSpan<float>().ToArray());
        Assert.Equal([2f, 4f, 6f, 8f, 20f, 40f, 60f, 80f], model.Output("twice").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Shape_between_two_steps_that_no_file_states_is_measured_at_load()
    {
        using var author = new AuthorDirectory(
            """
            "inputs": [ { "name": "x", "type": "float32", "shape": [4, 4] } ],
            "outputs": [ { "name": "sum", "type": "float32", "shape": [4, 1] } ],
            "graph": [ { "step": "onnx", "name": "turn", "file": "transpose.onnx", "inputs": { "x": "x" }, "outputs": { "turned": "turned" } },
                       { "step": "onnx", "name": "sum", "file": "row_sum.onnx", "inputs": { "values": "turned" }, "outputs": { "sum": "sum" } } ]
            """, "transpose", "row_sum");
        using var model = author.Load(fixture.Runtime);

        for (var i = 0; i < 16; i++)
        {
            model.Input("x").Tensor.AsSpan<float>()[i] = i % 4;
        }
        model.Run();

        Assert.Equal([0f, 4f, 8f, 12f], model.Output("sum").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Text_and_external_weights_come_out_of_a_bundle()
    {
        using var author = new AuthorDirectory(
            """
            "inputs": [ { "name": "words", "type": "string", "shape": [1, 2] }, { "name": "x", "type": "float32", "shape": [4] } ],
            "outputs": [ { "name": "same", "type": "string", "shape": [1, 2] }, { "name": "y", "type": "float32", "shape": [4] } ],
            "graph": [ { "step": "onnx", "name": "copy", "file": "identity_string.onnx", "inputs": { "x": "words" }, "outputs": { "y": "same" } },
                       { "step": "onnx", "name": "weigh", "file": "external.onnx", "inputs": { "x": "x" }, "outputs": { "y": "y" } } ]
            """, "identity_string", "external")
            .With("external_weights.bin", File.ReadAllBytes(TestPaths.Asset("models", "tiny", "external_weights.bin")));
        using var model = author.Load(fixture.Runtime);

        model.Input("words").Tensor.SetStrings(["left", "right"]);
        model.Run();

        Assert.Equal(["left", "right"], model.Output("same").Tensor.GetStrings());
        Assert.Equal([1f, 2f, 3f, 4f], model.Output("y").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Unknown_port_is_named_with_those_there_are()
    {
        using var author = AuthorDirectory.Accumulator();
        using var model = author.Load(fixture.Runtime);
        var e = Assert.Throws<KeyNotFoundException>(() => model.Input("y"));
        Assert.Contains("no input y, only x float32[1, 3]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposed_model_does_not_run_and_may_be_disposed_again()
    {
        using var author = AuthorDirectory.Accumulator();
        var model = author.Load(fixture.Runtime);
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Run());
        Assert.Throws<ObjectDisposedException>(model.ResetState);
    }

    [Fact]
    public void Negative_thread_count_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ModelRuntime.Load(new ModelRuntimeOptions { IntraOpThreads = -1 }));
}
