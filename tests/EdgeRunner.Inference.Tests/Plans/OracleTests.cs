using EdgeRunner.Inference.Tensors;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tests.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>Built-in steps against the same operators run by ONNX Runtime.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class OracleTests(ModelRuntimeFixture fixture)
{
    public static TheoryData<string> Kinds => [.. RandomGraph.KnownKinds];

    // Seeds are fixed: the two round differently, and a graph that multiplies the difference until it shows would be a failure of nobody.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_gives_what_the_onnx_operator_gives(string kind) => CompareAll(60, seed => RandomGraph.MakeOne(seed, kind));

    [Fact]
    public void Random_graph_gives_what_the_same_graph_of_onnx_operators_gives() => CompareAll(150, seed => RandomGraph.Make(seed, steps: 2 + (seed % 12)));

    private void CompareAll(int count, Func<int, RandomGraph> make)
    {
        for (var seed = 0; seed < count; seed++)
        {
            try
            {
                Compare(make(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    private void Compare(RandomGraph graph)
    {
        var values = graph.Values();
        using var model = TestModel.Load(fixture.Runtime, graph.Manifest);
        using var session = OrtSession.Load(fixture.Runtime.OnnxRuntime, graph.Onnx);
        // Twice, so that a run that depends on what the one before left is found.
        for (var runs = 0; runs < 2; runs++)
        {
            foreach (var port in model.Inputs)
            {
                values[port.Name].CopyTo(port.Tensor);
            }
            model.Run();
        }
        using var run = session.Prepare(
            [.. model.Inputs.Select(port => new OrtBinding(port.Name, port.Tensor))], [.. model.Outputs.Select(port => new OrtBinding(port.Name, null))]);
        run.Run();
        for (var i = 0; i < model.Outputs.Count; i++)
        {
            using var expected = run.TakeOutput(i);
            var found = model.Outputs[i].Tensor.ToManaged();
            var difference = TensorComparer.Compare(expected.ToManaged(), found, 1e-5, 1e-5);
            Assert.True(difference.IsMatch, $"{model.Outputs[i]}: {difference}");
        }
    }
}
