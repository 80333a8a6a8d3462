using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Inference.Tests.Ensembles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans.Parallel;

/// <summary>Whole models, with three workers whatever the machine has.</summary>
public sealed class SideBySideModelTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ModelLoadOptions On = new() { Parallel = ParallelMode.On };
    private static readonly ModelLoadOptions Off = new() { Parallel = ParallelMode.Off };

    private readonly ModelRuntime _runtime = LoadRuntime(cores: 4);

    public static TheoryData<string> Ensembles => [.. ScikitLearnEnsemble.Names];

    public void Dispose() => _runtime.Dispose();

    [Theory]
    [MemberData(nameof(Ensembles))]
    public void Ensemble_answers_side_by_side_bit_for_bit_as_in_turn(string name)
    {
        using var inTurn = ScikitLearnEnsemble.LoadSingle(_runtime, name, Off);
        using var beside = ScikitLearnEnsemble.LoadSingle(_runtime, name, On);
        Assert.Equal("in turn: side by side is off", inTurn.Model.Parallel.ToString());
        Assert.True(beside.Model.Parallel is { IsSideBySide: true, Members: > 1, Threads: 4 }, beside.Model.Parallel.ToString());
        var sizeBytes = inTurn.Model.Inputs[0].Tensor.Bytes.Length;
        for (var at = 0; at < inTurn.Rows.Bytes.Length; at += sizeBytes)
        {
            foreach (var model in new[] { inTurn.Model, beside.Model })
            {
                inTurn.Rows.Bytes.Span.Slice(at, sizeBytes).CopyTo(model.Inputs[0].Tensor.Bytes);
                model.Run();
            }
            for (var i = 0; i < inTurn.Model.Outputs.Count; i++)
            {
                Assert.True(inTurn.Model.Outputs[i].Tensor.Bytes.SequenceEqual(beside.Model.Outputs[i].Tensor.Bytes), inTurn.Model.Outputs[i].Name);
            }
        }
    }

    [Fact]
    public void Auto_measures_and_keeps_what_it_found()
    {
        using var ensemble = ScikitLearnEnsemble.LoadBatch(_runtime, "digits-bagging");
        var parallel = ensemble.Model.Parallel;
        Assert.Equal(8, parallel.Members);
        Assert.True(parallel.Reason is null ? parallel is { InTurnMicroseconds: > 0, SideBySideMicroseconds: > 0, SpeedUp: > 0 } : parallel is { IsSideBySide: false, SpeedUp: null }, parallel.ToString());
        Assert.Equal(parallel.IsSideBySide ? 4 : 1, parallel.Threads);
        Assert.Equal(Expected("digits-bagging"), Answer(ensemble));
    }

    [Fact]
    public void Measuring_leaves_the_state_alone()
    {
        // y = previous x + x, and a second member, so that there is something to measure.
        var manifest = TestModel.Manifest(
            [TestModel.Tensor("x", TensorElementType.Float32, 1)],
            [TestModel.Tensor("mean", TensorElementType.Float32, 1), TestModel.Tensor("other", TensorElementType.Float32, 1)],
            new ScaleStepSpec("keep", "x", "next", [1], [5]), new AverageStepSpec("mean", ["last", "x"], "mean"), new ScaleStepSpec("other", "x", "other", [2], [0]))
            with { States = [new("last", TensorElementType.Float32, [1], "next")] };
        using var model = TestModel.Load(_runtime, manifest);
        var x = model.Input("x").Tensor;
        x.AsSpan<float>()[0] = 4;
        model.Run();
        Assert.Equal(2, model.Output("mean").Tensor.AsSpan<float>()[0]);
        model.Run();
        Assert.Equal(6.5f, model.Output("mean").Tensor.AsSpan<float>()[0]);
    }

    [Theory]
    [InlineData(1, null, null, "there is one core")]
    [InlineData(4, 0, null, "there are no workers")]
    [InlineData(4, null, 4, "each step uses 4 of 4 cores already")]
    [InlineData(4, null, 0, "each step uses all of 4 cores already")]
    public void Model_runs_in_turn_and_says_why_where_there_is_nobody_to_run_beside(int cores, int? workers, int? intraOpThreads, string reason)
    {
        using var runtime = LoadRuntime(cores, workers);
        using var ensemble = ScikitLearnEnsemble.LoadBatch(runtime, "iris-vote", On with { IntraOpThreads = intraOpThreads });
        Assert.Equal($"in turn: {reason}", ensemble.Model.Parallel.ToString());
        Assert.Equal(0, runtime.Workers.Running);
        Assert.Equal(Expected("iris-vote"), Answer(ensemble));
    }

    [Fact]
    public void Threads_of_steps_count_against_the_cores()
    {
        using var ensemble = ScikitLearnEnsemble.LoadBatch(_runtime, "iris-vote", On with { IntraOpThreads = 2 });
        Assert.Equal(2, ensemble.Model.Parallel.Threads);
    }

    [Fact]
    public void Model_without_independent_steps_starts_no_thread()
    {
        using var model = TestModel.Load(_runtime, StepCases.Manifest("onnx"), StepCases.Files("onnx"));
        Assert.Equal("in turn: no two steps are independent", model.Parallel.ToString());
        Assert.Equal(0, _runtime.Workers.Running);
    }

    [Fact]
    public void Run_side_by_side_allocates_nothing()
    {
        using var ensemble = ScikitLearnEnsemble.LoadSingle(_runtime, "digits-vote", On);
        Assert.Equal(0, Allocations.Of(() => ensemble.Model.Run(), calls: 500));
    }

    [Fact]
    public void Error_in_one_member_comes_out_of_the_run_and_the_next_run_is_good()
    {
        using var model = LoadGather();
        var index = model.Input("index").Tensor;
        for (var i = 0; i < 20; i++)
        {
            index.AsSpan<long>()[0] = 3;
            Assert.Contains("short.onnx", Assert.Throws<OrtException>(() => model.Run()).Message, StringComparison.Ordinal);
            index.AsSpan<long>()[0] = 1;
            model.Run();
            Assert.Equal((11f, 21f), (model.Output("a").Tensor.AsSpan<float>()[0], model.Output("b").Tensor.AsSpan<float>()[0]));
        }
    }

    [Fact]
    public async Task Run_is_broken_off_in_all_members_and_another_model_runs_in_turn_meanwhile()
    {
        using var endless = LoadLoops();
        using var other = LoadLoops();
        using var options = new OrtRunOptions(_runtime.OnnxRuntime);
        for (var member = 0; member < 3; member++)
        {
            endless.Inputs[member].Tensor.AsSpan<float>()[0] = 1e18f;
            other.Inputs[member].Tensor.AsSpan<float>()[0] = member + 1;
        }
        var run = Task.Run(() => Assert.Throws<OrtException>(() => endless.Run(options)));
        Assert.True(SpinWait.SpinUntil(() => _runtime.Workers.IsTaken, Patience));

        other.Run();
        Assert.Equal([1, 2, 3], other.Outputs.Select(output => output.Tensor.AsSpan<float>()[0]));
        Assert.False(run.IsCompleted);

        options.Terminate();
        Assert.Contains("terminate", (await run.WaitAsync(Patience)).Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(_runtime.Workers.IsTaken);
        options.ClearTerminate();
        for (var member = 0; member < 3; member++)
        {
            endless.Inputs[member].Tensor.AsSpan<float>()[0] = 7;
        }
        endless.Run(options);
        Assert.Equal([7, 7, 7], endless.Outputs.Select(output => output.Tensor.AsSpan<float>()[0]));
    }

    [Fact]
    public void Models_that_share_the_workers_on_several_threads_give_what_they_give_alone() => System.Threading.Tasks.Parallel.For(0, 3, i =>
    {
        var name = ScikitLearnEnsemble.Names.ElementAt(i * 3);
        var expected = Expected(name);
        using var ensemble = ScikitLearnEnsemble.LoadBatch(_runtime, name, On);
        for (var run = 0; run < 30; run++)
        {
            Assert.Equal(expected, Answer(ensemble));
        }
    });

    [Fact]
    public void Many_models_loaded_and_disposed_leave_the_same_few_threads_and_none_after_the_runtime()
    {
        for (var i = 0; i < 30; i++)
        {
            using var ensemble = ScikitLearnEnsemble.LoadSingle(_runtime, "iris-bagging", On);
            ensemble.Model.Run();
            Assert.Equal(3, _runtime.Workers.Running);
        }
        var runtime = LoadRuntime(cores: 4);
        using (var left = ScikitLearnEnsemble.LoadBatch(runtime, "iris-bagging", On))
        {
            runtime.Dispose();
            Assert.Equal(0, runtime.Workers.Running);
            Assert.Equal(Expected("iris-bagging"), Answer(left));
        }
    }

    private static ModelRuntime LoadRuntime(int cores, int? workers = null) =>
        ModelRuntime.Load(new ModelRuntimeOptions { LibraryPath = TestPaths.OnnxRuntimeLibrary, Cores = cores, Workers = workers });

    /// <summary>All outputs for the rows scikit-learn was asked about, in turn.</summary>
    private byte[] Expected(string name)
    {
        using var ensemble = ScikitLearnEnsemble.LoadBatch(_runtime, name, Off);
        return Answer(ensemble);
    }

    private static byte[] Answer(ScikitLearnEnsemble ensemble)
    {
        ensemble.Rows.Bytes.Span.CopyTo(ensemble.Model.Inputs[0].Tensor.Bytes);
        ensemble.Model.Run();
        return [.. ensemble.Model.Outputs.SelectMany(output => output.Tensor.Bytes.ToArray())];
    }

    /// <summary>Two members that look a number up, in a list of four and of two.</summary>
    private ModelInstance LoadGather() => TestModel.LoadWith(
        _runtime,
        On,
        TestModel.Manifest(
            [TestModel.Tensor("index", TensorElementType.Int64, 1)],
            [TestModel.Tensor("a", TensorElementType.Float32, 1), TestModel.Tensor("b", TensorElementType.Float32, 1)],
            Step("long", "index", "a"), Step("short", "index", "b")),
        ("long.onnx", Gather(10, 11, 12, 13)), ("short.onnx", Gather(20, 21)));

    /// <summary>Three members that count as far as their input says.</summary>
    private ModelInstance LoadLoops() => TestModel.LoadWith(
        _runtime,
        On,
        TestModel.Manifest(
            [.. Enumerable.Range(0, 3).Select(i => TestModel.Tensor($"x{i}", TensorElementType.Float32, 1))],
            [.. Enumerable.Range(0, 3).Select(i => TestModel.Tensor($"y{i}", TensorElementType.Float32, 1))],
            [.. Enumerable.Range(0, 3).Select(i => new OnnxStepSpec($"loop{i}", "loop.onnx", Map("x", $"x{i}"), Map("y", $"y{i}")))]),
        ("loop.onnx", File.ReadAllBytes(TestPaths.Model("loop"))));

    private static OnnxStepSpec Step(string name, string input, string output) => new(name, $"{name}.onnx", Map("index", input), Map("value", output));

    private static Dictionary<string, string> Map(string key, string value) => new(StringComparer.Ordinal) { [key] = value };

    private static byte[] Gather(params float[] values)
    {
        var builder = new OnnxModelBuilder().Input("index", TensorElementType.Int64, [1]).Output("value", TensorElementType.Float32);
        builder.Node("Gather", [builder.Initializer(TensorData.From<float>(TensorElementType.Float32, [values.Length], values)), "index"], "value");
        return builder.Build();
    }
}
