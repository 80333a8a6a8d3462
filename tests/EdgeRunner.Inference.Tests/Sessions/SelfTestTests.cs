using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Inference.Tests.Sessions;

[Collection(SessionTestsCollection.Name)]
public sealed class SelfTestTests(ModelRuntimeFixture fixture)
{
    private const string Sequence =
        """
        , "golden": [ { "name": "sums", "sequence": true, "inputs": { "x": "x.npy" }, "outputs": { "total": "total.npy" } },
                      { "name": "once", "inputs": { "x": "one.npy" }, "outputs": { "total": "one.npy" } } ]
        """;

    [Fact]
    public void Sequence_carries_the_state_and_each_case_begins_afresh()
    {
        var result = Run([1, 1, 1, 3, 3, 3, 6, 6, 6]);

        Assert.True(result.Passed);
        Assert.Equal(["sums", "once"], result.Cases.Select(one => one.Name), StringComparer.Ordinal);
        Assert.Equal([3, 1], result.Cases.Select(one => one.Runs));
        Assert.Equal([0d, 0d], result.Cases.Select(one => one.MaxAbsoluteDifference));
    }

    [Fact]
    public void Wrong_answer_fails_its_case_only_and_says_where()
    {
        var result = Run([1, 1, 1, 3, 3.5f, 3, 6, 6, 6]);

        Assert.False(result.Passed);
        Assert.False(result.Cases[0].Passed);
        Assert.Equal(0.5, result.Cases[0].MaxAbsoluteDifference);
        Assert.Contains("output \"total\": 1 elements differ, worst at [1, 0, 1]: expected 3.5, found 3", result.Cases[0].Problems[0], StringComparison.Ordinal);
        Assert.True(result.Cases[1].Passed);
    }

    [Fact]
    public void Array_of_another_length_fails_its_case()
    {
        var result = Run([1, 1, 1]);

        Assert.False(result.Cases[0].Passed);
        Assert.Equal(double.PositiveInfinity, result.Cases[0].MaxAbsoluteDifference);
        Assert.Contains("total.npy: is float32[1, 1, 3], \"total\" takes float32[3, 1, 3]", result.Cases[0].Problems[0], StringComparison.Ordinal);
        Assert.True(result.Cases[1].Passed);
    }

    [Fact]
    public void Golden_answer_outside_the_declared_range_fails_its_case()
    {
        using var author = AuthorDirectory.Accumulator(Sequence, outputs: """{ "name": "total", "type": "float32", "shape": [1, 3], "minimum": 0, "maximum": 5 }""")
            .With("x.npy", AuthorDirectory.Floats([3, 1, 3], 1, 1, 1, 2, 2, 2, 3, 3, 3))
            .With("one.npy", AuthorDirectory.Floats([1, 3], 3, 4, 5))
            .With("total.npy", AuthorDirectory.Floats([3, 1, 3], 1, 1, 1, 3, 3, 3, 6, 6, 6));
        using var bundle = author.Pack();
        using var model = ModelInstance.Load(fixture.Runtime, bundle);
        var result = model.SelfTest();

        Assert.Equal(["output \"total\", run 2: is outside its declared range, 0 to 5"], result.Cases[0].Problems);
        Assert.True(result.Cases[1].Passed);
    }

    [Fact]
    public void State_is_fresh_after_a_self_test()
    {
        using var author = Author([1, 1, 1, 3, 3, 3, 6, 6, 6]);
        using var bundle = author.Pack();
        using var model = ModelInstance.Load(fixture.Runtime, bundle);
        model.SelfTest();
        model.Input("x").Tensor.AsSpan<float>().Fill(5);
        model.Run();
        Assert.Equal([5f, 5f, 5f], model.Output("total").Tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Model_without_golden_cases_passes_with_none()
    {
        using var author = AuthorDirectory.Accumulator();
        using var bundle = author.Pack();
        using var model = ModelInstance.Load(fixture.Runtime, bundle);
        Assert.True(model.SelfTest().Passed);
        Assert.Empty(model.SelfTest().Cases);
    }

    private static AuthorDirectory Author(float[] totals) => AuthorDirectory.Accumulator(Sequence)
        .With("x.npy", AuthorDirectory.Floats([3, 1, 3], 1, 1, 1, 2, 2, 2, 3, 3, 3))
        .With("one.npy", AuthorDirectory.Floats([1, 3], 7, 8, 9))
        .With("total.npy", AuthorDirectory.Floats([totals.Length / 3, 1, 3], totals));

    private SelfTestResult Run(float[] totals)
    {
        using var author = Author(totals);
        using var bundle = author.Pack();
        using var model = ModelInstance.Load(fixture.Runtime, bundle);
        return model.SelfTest();
    }
}
