using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Tests.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>What holds for every step kind, taken from the list of kinds.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class EveryKindTests(ModelRuntimeFixture fixture)
{
    public static TheoryData<string> Kinds => [.. StepKinds.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kind_has_a_case_here(string kind) => Assert.Equal(kind, StepKinds.Of(StepCases.All[kind].Step).Name);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_allocates_nothing(string kind)
    {
        using var model = TestModel.Load(fixture.Runtime, StepCases.Manifest(kind), StepCases.Files(kind));
        var (x, ticks) = (model.Input("x").Tensor, new long[1]);
        var i = 0;
        Assert.Equal(0, Allocations.Of(Step, calls: 200));
        Assert.True(ticks[0] > 0, "no kernel ran");

        void Step()
        {
            i++;
            Write(x, i % 12, (i % 7) - 3);
            Write(x, 5, i % 2 == 0 ? 10 : 1);
            model.Run();
            model.RunTimed(ticks);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_is_described_with_its_kind_and_shapes(string kind)
    {
        using var model = TestModel.Load(fixture.Runtime, StepCases.Manifest(kind), StepCases.Files(kind));
        var step = Assert.Single(model.Steps);
        Assert.Equal(("s", kind, false), (step.Name, step.Kind, step.IsFree));
        Assert.Equal(GraphTensor.Describe(StepCases.InputType(kind), [2, 6]), Assert.Single(step.Inputs).ToString());
        Assert.Equal(StepCases.All[kind].Outputs.Select(output => GraphTensor.Describe(output.Type, output.Shape)), step.Outputs.Select(output => output.ToString()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Output_declared_with_another_shape_is_refused_with_step_tensor_expected_and_found(string kind)
    {
        var manifest = StepCases.Manifest(kind);
        var wrong = manifest with { Outputs = [.. manifest.Outputs.Select(output => output with { Shape = [.. output.Shape, 7] })] };
        var message = TestModel.Refuse(fixture.Runtime, wrong, StepCases.Files(kind));
        Assert.Contains("step \"s\", tensor \"y\": expected ", message, StringComparison.Ordinal);
        Assert.Contains($"found {new GraphTensor("y", GraphTensorKind.Made, wrong.Outputs[0].Type, wrong.Outputs[0].Shape)}", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Text_is_refused_by_all_but_onnx(string kind)
    {
        var manifest = StepCases.Manifest(kind);
        var message = TestModel.Refuse(
            fixture.Runtime, manifest with { Inputs = [manifest.Inputs[0] with { Type = TensorElementType.String }] }, StepCases.Files(kind));
        Assert.Contains($"tensor \"x\": expected {StepCases.InputType(kind).Format()}", message, StringComparison.Ordinal);
        Assert.Contains("found string[2, 6]", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bundle_keeps_every_member_of_the_step(string kind)
    {
        var manifest = StepCases.Manifest(kind);
        using var bundle = TestModel.Bundle(manifest, StepCases.Files(kind));
        Assert.Equal(ManifestReader.Write(manifest with { Files = bundle.Manifest.Files }), ManifestReader.Write(bundle.Manifest));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Disposed_model_does_not_run(string kind)
    {
        var model = TestModel.Load(fixture.Runtime, StepCases.Manifest(kind), StepCases.Files(kind));
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Run());
    }

    private static void Write(OrtTensor x, int index, int value)
    {
        if (x.ElementType == TensorElementType.Int64)
        {
            x.AsSpan<long>()[index] = value;
        }
        else
        {
            x.AsSpan<float>()[index] = value;
        }
    }
}
