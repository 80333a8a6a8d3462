using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

[Collection(OrtTestsCollection.Name)]
public sealed class OrtPreparedRunTests(OrtFixture ort)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_allocates_nothing(bool withOptions)
    {
        using var session = ort.Load("digits_mlp");
        using var x = Float(1, 64);
        using var label = OrtTensor.Allocate(ort.Runtime, TensorElementType.Int64, 1);
        using var probabilities = Float(1, 10);
        using var run = session.Prepare([new("x", x)], [new(session.Outputs[0].Name, label), new(session.Outputs[1].Name, probabilities)]);
        using var options = withOptions ? new OrtRunOptions(ort.Runtime) : null;
        var i = 0;
        Assert.Equal(0, Allocations.Of(() =>
        {
            i++;
            x.AsSpan<float>()[i % 64] = i % 16;
            run.Run(options);
            _ = probabilities.AsSpan<float>()[0];
        }, calls: 1000));
    }

    [Fact]
    public void Output_of_unknown_shape_is_taken_after_each_run()
    {
        using var session = ort.Load("nonzero");
        using var x = Float(6);
        using var run = session.Prepare([new("x", x)], [new("where", null)]);
        Assert.Throws<InvalidOperationException>(() => run.TakeOutput(0));

        x.AsSpan<float>()[4] = 1;
        run.Run();
        using var one = run.TakeOutput(0);
        Assert.Equal([1L, 1L], one.Shape.ToArray());
        Assert.Equal([4L], one.AsSpan<long>().ToArray());
        Assert.Throws<InvalidOperationException>(() => run.TakeOutput(0));

        x.AsSpan<float>()[5] = 1;
        run.Run();
        run.Run(); // Drops what nobody took.
        using var two = run.TakeOutput(0);
        Assert.Equal([4L, 5L], two.AsSpan<long>().ToArray());
        Assert.Equal([4L], one.AsSpan<long>().ToArray());
    }

    [Fact]
    public void Taken_output_outlives_run_and_session()
    {
        OrtTensor output;
        using (var session = ort.Load("nonzero"))
        using (var x = Float(6))
        using (var run = session.Prepare([new("x", x)], [new("where", null)]))
        {
            x.AsSpan<float>()[2] = 1;
            run.Run();
            output = run.TakeOutput(0);
        }
        using (output)
        {
            Assert.Equal([2L], output.AsSpan<long>().ToArray());
        }
    }

    [Fact]
    public void Two_runs_that_swap_tensors_carry_state_without_a_copy()
    {
        using var session = ort.Load("accumulator");
        using var x = Float(1, 3);
        using var gain = Float();
        using var total = Float(1, 3);
        using var a = Float(1, 3);
        using var b = Float(1, 3);
        x.AsSpan<float>().Fill(1);
        gain.AsSpan<float>()[0] = 1;
        using var even = session.Prepare([new("x", x), new("state", a), new("gain", gain)], [new("total", total), new("next", b)]);
        using var odd = session.Prepare([new("x", x), new("state", b), new("gain", gain)], [new("total", total), new("next", a)]);

        for (var i = 1; i <= 10; i++)
        {
            (i % 2 == 1 ? even : odd).Run();
            Assert.Equal([i, i, (float)i], total.AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public void Tensors_and_session_may_be_disposed_before_the_run()
    {
        var session = ort.Load("accumulator");
        var x = Float(1, 3);
        var state = Float(1, 3);
        var gain = Float();
        var total = Float(1, 3);
        using var run = session.Prepare([new("x", x), new("state", state), new("gain", gain)], [new("total", total)]);
        x.AsSpan<float>().Fill(3);
        session.Dispose();
        x.Dispose();
        state.Dispose();
        gain.Dispose();
        total.Dispose();
        run.Run();
        run.Dispose();
        run.Dispose();
        Assert.Throws<ObjectDisposedException>(() => run.Run());
        Assert.Throws<ObjectDisposedException>(() => session.Prepare([], [new("total", null)]));
    }

    [Fact]
    public void Misfits_are_found_before_the_run_and_all_listed()
    {
        using var session = ort.Load("accumulator");
        using var wrongType = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float64, 1, 3);
        using var wrongRank = Float(3);
        using var wrongSize = Float(1, 4);

        var e = Assert.Throws<OrtBindingException>(() => session.Prepare(
            [new("x", wrongType), new("state", wrongRank), new("stat", null)],
            [new("next", wrongSize), new("totals", null), new("next", null)]));

        Assert.Equal(
        [
            "input x is float32[?, 3], the tensor given is float64[1, 3]",
            "input state is float32[?, 3], the tensor given is float32[3]",
            "the model has no input stat, only x float32[?, 3], state float32[?, 3], gain float32[]",
            "output next is float32[?, 3], the tensor given is float32[1, 4]",
            "the model has no output totals, only total float32[?, 3], next float32[?, 3]",
            "output next is given twice",
            "input gain float32[] is not given",
            "input stat has no tensor",
        ], e.Problems);
        Assert.Contains("no output is asked for", Assert.Throws<OrtBindingException>(() => session.Prepare([], [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_that_only_the_run_can_refuse_are_an_error_of_the_run()
    {
        using var session = ort.Load("accumulator");
        using var x = Float(2, 3);
        using var state = Float(5, 3);
        using var gain = Float();
        using var run = session.Prepare([new("x", x), new("state", state), new("gain", gain)], [new("total", null)]);
        var e = Assert.Throws<OrtException>(() => run.Run());
        Assert.StartsWith("running accumulator failed", e.Message, StringComparison.Ordinal);

        using var total = Float(7, 3);
        using var sameState = Float(2, 3);
        using var wrongOutput = session.Prepare([new("x", x), new("state", sameState), new("gain", gain)], [new("total", total)]);
        Assert.Throws<OrtException>(() => wrongOutput.Run());
    }

    [Fact]
    public async Task Run_is_broken_off_from_another_thread_and_can_be_run_again()
    {
        using var session = ort.Load("count");
        using var trips = OrtTensor.Allocate(ort.Runtime, TensorElementType.Int64);
        using var start = Float(1);
        using var run = session.Prepare([new("trips", trips), new("start", start)], [new("value", null)]);
        using var options = new OrtRunOptions(ort.Runtime);
        trips.AsSpan<long>()[0] = long.MaxValue;

        var endless = Task.Run(() => Assert.Throws<OrtException>(() => run.Run(options)));
        await Task.Delay(50);
        Assert.False(endless.IsCompleted);
        options.Terminate();
        var e = await endless.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("terminate", e.Message, StringComparison.OrdinalIgnoreCase);

        options.ClearTerminate();
        options.ShrinkArenaAfterRun();
        trips.AsSpan<long>()[0] = 3;
        run.Run(options);
        using var value = run.TakeOutput(0);
        Assert.Equal(3, value.AsSpan<float>()[0]);
    }

    [Fact]
    public void Sessions_run_on_several_threads_at_once()
    {
        using var session = ort.Load("accumulator");
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using var x = Float(1, 3);
            using var state = Float(1, 3);
            using var gain = Float();
            using var total = Float(1, 3);
            using var run = session.Prepare([new("x", x), new("state", state), new("gain", gain)], [new("total", total)]);
            for (var k = 0; k < 500; k++)
            {
                x.AsSpan<float>().Fill((i * 1000) + k);
                run.Run();
                Assert.Equal((i * 1000) + k, total.AsSpan<float>()[1]);
            }
        });
    }

    private OrtTensor Float(params ReadOnlySpan<long> shape) => OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, shape);
}
