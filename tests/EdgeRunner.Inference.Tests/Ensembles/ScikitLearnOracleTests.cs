using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Inference.Tests.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Ensembles;

/// <summary>scikit-learn's ensembles on iris, wine and digits against graphs of our steps: no label differs, no probability by more than 1e-5.
/// The answers come from <c>tests/assets/ensembles/make_fixtures.py</c>, which also says how to make them again.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class ScikitLearnOracleTests(ModelRuntimeFixture fixture)
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Ensembles => [.. ScikitLearnEnsemble.Names];

    [Theory]
    [MemberData(nameof(Ensembles))]
    public void Ensemble_answers_a_batch_as_scikit_learn_did(string name)
    {
        using var ensemble = ScikitLearnEnsemble.LoadBatch(fixture.Runtime, name);
        ensemble.Rows.Bytes.Span.CopyTo(ensemble.Model.Input("x").Tensor.Bytes);

        ensemble.Model.Run();

        foreach (var output in ensemble.Model.Outputs)
        {
            AssertSame(ensemble.Answer(output.Name), output.Tensor.ToManaged(), output.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Ensembles))]
    public void Ensemble_answers_row_by_row_as_scikit_learn_did(string name)
    {
        using var ensemble = ScikitLearnEnsemble.LoadSingle(fixture.Runtime, name);
        var x = ensemble.Model.Input("x").Tensor;
        var answers = ensemble.Model.Outputs.ToDictionary(output => output.Name, output => (Expected: ensemble.Answer(output.Name), Found: new List<byte>()), StringComparer.Ordinal);
        for (var row = 0; row < ensemble.Rows.Shape[0]; row++)
        {
            ensemble.Rows.Bytes.Span.Slice(row * x.Bytes.Length, x.Bytes.Length).CopyTo(x.Bytes);
            ensemble.Model.Run();
            foreach (var output in ensemble.Model.Outputs)
            {
                answers[output.Name].Found.AddRange(output.Tensor.Bytes);
            }
        }

        foreach (var (output, (expected, found)) in answers)
        {
            AssertSame(expected, TensorData.Own(expected.ElementType, [.. expected.Shape], [.. found]), output);
        }
    }

    [Theory]
    [MemberData(nameof(Ensembles))]
    public void Golden_case_of_an_ensemble_passes_as_it_is_packed(string name)
    {
        using var directory = new TempDirectory();
        BundlePacker.Pack(TestPaths.Asset("ensembles", name), directory.File("e.ermodel"));
        using var bundle = ModelBundle.Open(directory.File("e.ermodel"));
        using var model = ModelInstance.Load(fixture.Runtime, bundle);

        var result = model.SelfTest().Cases.Single();

        Assert.True(result.Passed, string.Join("; ", result.Problems));
    }

    [Theory]
    [MemberData(nameof(Ensembles))]
    public void Run_of_an_ensemble_allocates_nothing(string name)
    {
        using var ensemble = ScikitLearnEnsemble.LoadBatch(fixture.Runtime, name);
        Assert.Equal(0, Allocations.Of(() => ensemble.Model.Run(), calls: 20));
    }

    [Fact]
    public void Every_kind_of_ensemble_step_has_an_oracle()
    {
        var used = ScikitLearnEnsemble.Names
            .Select(name => ManifestReader.Read(File.ReadAllBytes(TestPaths.Asset("ensembles", name, ModelManifest.FileName)), name, ManifestForm.Author))
            .SelectMany(manifest => manifest.Graph)
            .OfType<MembersStepSpec>()
            .Select(step => step is BoostStepSpec boost ? $"boost {boost.Method} {boost.Link}" : step.GetType().Name);

        Assert.Equal(
            [
                "AverageStepSpec", "SoftVoteStepSpec", "StackStepSpec", "VoteStepSpec", "WeightedAverageStepSpec", "WeightedVoteStepSpec",
                "boost Additive None", "boost Additive Sigmoid", "boost Additive Softmax", "boost Samme ", "boost SammeR ",
            ],
            used.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private static void AssertSame(TensorData expected, TensorData found, string output)
    {
        Assert.Equal(expected.ElementType, found.ElementType);
        Assert.Equal(expected.Shape, found.Shape);
        if (expected.ElementType == TensorElementType.Int64)
        {
            Assert.Equal(0, Elements<long>(expected).Zip(Elements<long>(found)).Count(pair => pair.First != pair.Second));
            return;
        }
        var differences = Elements<float>(expected).Zip(Elements<float>(found)).Select(pair => (pair.First, Difference: Math.Abs(pair.First - pair.Second)));
        // Scores and means are not bounded by 1; one step of float32 at their size comes on top.
        Assert.All(differences, pair => Assert.True(
            pair.Difference <= Tolerance + (string.Equals(output, "probabilities", StringComparison.Ordinal) ? 0 : 1e-6 * Math.Abs(pair.First)), $"{output}: {pair.First} is off by {pair.Difference}"));
    }

    private static T[] Elements<T>(TensorData tensor) where T : unmanaged =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(tensor.Bytes.Span).ToArray();
}
