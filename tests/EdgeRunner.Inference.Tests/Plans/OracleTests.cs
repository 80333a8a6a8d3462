using EdgeRunner.Inference.Tensors;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tests.Sessions;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>Built-in steps against the same operators run by ONNX Runtime.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class OracleTests(ModelRuntimeFixture fixture)
{
    public static TheoryData<string> Kinds => [.. RandomGraph.KnownKinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_gives_what_the_onnx_operator_gives(string kind) => Prop
        .ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Compare(RandomGraph.MakeOne(seed, kind)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Random_graph_gives_what_the_same_graph_of_onnx_operators_gives() => Prop
        .ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Compare(RandomGraph.Make(seed, steps: 2 + (seed % 12))))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(150));

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
            // float16: 11 bits, rounded after each operator by both.
            var tolerance = expected.ElementType == TensorElementType.Float16 ? 1e-2 : 1e-5;
            var difference = TensorComparer.Compare(expected.ToManaged(), found, tolerance, tolerance);
            Assert.True(difference.IsMatch, $"{model.Outputs[i]}: {difference}");
        }
    }
}
