using EdgeRunner.Inference.Tests.Sessions;

namespace EdgeRunner.Inference.Tests.Ensembles;

[Collection(SessionTestsCollection.Name)]
public sealed class VoteTests(ModelRuntimeFixture fixture)
{
    [Theory]
    [InlineData("", 1)] // The default is scikit-learn's.
    [InlineData(", \"tie\": \"lowest-class\"", 1)]
    [InlineData(", \"tie\": \"first-member\"", 2)]
    [InlineData(", \"tie\": \"none\"", -1)]
    [InlineData(", \"tie\": \"none\", \"undecided\": 7", 7)]
    public void Tie_of_a_plurality_goes_to_whom_the_rule_says(string tie, long expected)
    {
        using var vote = Vote(4, $"\"step\": \"vote\", \"classes\": 4{tie}");

        Assert.Equal([expected], vote.Answer<long>([2], [1], [1], [2]).Run<long>("label"));
    }

    [Fact]
    public void Tie_does_not_concern_a_first_member_who_voted_for_a_class_that_lost()
    {
        using var vote = Vote(5, "\"step\": \"vote\", \"classes\": 4, \"tie\": \"first-member\"");

        Assert.Equal([3], vote.Answer<long>([0], [3], [1], [1], [3]).Run<long>("label"));
    }

    [Fact]
    public void Three_equal_classes_below_the_best_are_no_tie()
    {
        using var vote = Vote(5, "\"step\": \"vote\", \"classes\": 5, \"tie\": \"none\"");

        Assert.Equal([4], vote.Answer<long>([0], [1], [2], [4], [4]).Run<long>("label"));
        Assert.Equal([0], vote.Answer<long>([0], [0], [2], [4], [1]).Run<long>("label"));
    }

    [Theory]
    [InlineData(new long[] { 2, 2, 0, 0 }, -1)] // Half is not more than half.
    [InlineData(new long[] { 2, 2, 2, 0 }, 2)]
    [InlineData(new long[] { 1, 1, -1, -1 }, -1)] // Members that name no class count in the whole.
    [InlineData(new long[] { 0, 1, 2, 0 }, -1)]
    public void Majority_is_more_than_half_of_all_members(long[] votes, long expected)
    {
        using var vote = Vote(4, "\"step\": \"vote\", \"classes\": 3, \"rule\": \"majority\"");

        Assert.Equal([expected], vote.Answer(votes.Select(label => new[] { label })).Run<long>("label"));
    }

    [Fact]
    public void Nobody_has_a_majority_of_three_weights_of_six_with_rounding_errors()
    {
        // 0.1 + 0.1 + 0.1 is more than half of six times 0.1 in float64.
        using var vote = Vote(6, "\"step\": \"weighted-vote\", \"classes\": 2, \"rule\": \"majority\", \"weights\": [0.1, 0.1, 0.1, 0.1, 0.1, 0.1], \"undecided\": 9");

        Assert.Equal([9], vote.Answer<long>([1], [1], [1], [0], [0], [0]).Run<long>("label"));
        Assert.Equal([0], vote.Answer<long>([1], [1], [0], [0], [0], [0]).Run<long>("label"));
    }

    [Fact]
    public void Numbers_that_are_no_class_are_no_votes_and_without_votes_nobody_wins()
    {
        using var vote = Vote(3, "\"step\": \"vote\", \"classes\": 2");

        Assert.Equal([0], vote.Answer<long>([-1], [2], [0]).Run<long>("label"));
        Assert.Equal([-1], vote.Answer<long>([-1], [2], [long.MaxValue]).Run<long>("label"));
    }

    [Fact]
    public void Member_of_weight_zero_breaks_no_tie()
    {
        using var vote = Vote(3, "\"step\": \"weighted-vote\", \"classes\": 3, \"weights\": [0, 2, 2], \"tie\": \"first-member\"");

        Assert.Equal([2], vote.Answer<long>([1], [2], [1]).Run<long>("label"));
    }

    [Fact]
    public void Counts_are_votes_and_shares_are_of_all_members()
    {
        using var vote = EnsembleModel.Load(fixture.Runtime, "\"step\": \"vote\", \"classes\": 3, \"label\": \"label\", \"counts\": \"c\", \"shares\": \"s\"",
            4, "int64[2]", "label:int64[2]", "c:int64[2,3]", "s:float32[2,3]");

        Assert.Equal([2, 0], vote.Answer<long>([2, 0], [2, 0], [1, -1], [2, 1]).Run<long>("label"));
        Assert.Equal([0, 1, 3, 2, 1, 0], vote.Read<long>("c"));
        Assert.Equal([0, 0.25f, 0.75f, 0.5f, 0.25f, 0], vote.Read<float>("s"));
    }

    [Fact]
    public void Weighted_counts_are_the_weight_of_the_votes()
    {
        using var vote = EnsembleModel.Load(fixture.Runtime, "\"step\": \"weighted-vote\", \"weights\": [1, 0.5, 2.5], \"classes\": 2, \"counts\": \"c\", \"shares\": \"s\"",
            3, "int64[]", "c:float32[2]", "s:float32[2]");

        Assert.Equal([1.5f, 2.5f], vote.Answer<long>([0], [0], [1]).Run<float>("c"));
        Assert.Equal([0.375f, 0.625f], vote.Read<float>("s"));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(", \"tie\": \"first-member\"", 2)] // The first member holds 0 and 2 equal, the second prefers 2.
    [InlineData(", \"tie\": \"none\", \"undecided\": -5", -5)]
    public void Tie_of_mean_probabilities_goes_to_whom_the_rule_says(string tie, long expected)
    {
        using var vote = EnsembleModel.Load(fixture.Runtime, $"\"step\": \"soft-vote\", \"label\": \"label\"{tie}", 3, "float32[1,3]", "label:int64[1]");

        Assert.Equal([expected], vote.Answer<float>([0.25f, 0.5f, 0.25f], [0.25f, 0, 0.75f], [0.75f, 0, 0.25f]).Run<long>("label"));
    }

    [Fact]
    public void Members_asked_about_tied_means_cannot_elect_a_class_that_is_not_tied()
    {
        using var vote = EnsembleModel.Load(fixture.Runtime, "\"step\": \"soft-vote\", \"label\": \"label\", \"tie\": \"first-member\"", 3, "float32[4]", "label:int64[]");

        // Classes 0 and 2 are tied at 0.875 / 3. The first member gives 1 as much as 2, and the second prefers 1.
        Assert.Equal([2], vote.Answer<float>([0.125f, 0.25f, 0.25f, 0.375f], [0.25f, 0.5f, 0.25f, 0], [0.5f, 0, 0.375f, 0.125f]).Run<long>("label"));
    }

    [Fact]
    public void Row_with_a_nan_is_undecided_and_shows_it()
    {
        using var vote = EnsembleModel.Load(fixture.Runtime, "\"step\": \"soft-vote\", \"label\": \"label\", \"probabilities\": \"p\"", 2, "float32[2,2]", "label:int64[2]", "p:float32[2,2]");

        Assert.Equal([-1, 1], vote.Answer<float>([0.5f, float.NaN, 0, 1], [1, 0, 0.25f, 0.75f]).Run<long>("label"));
        Assert.Equal([0.75f, float.NaN, 0.125f, 0.875f], vote.Read<float>("p"));
    }

    [Fact]
    public void Single_row_without_a_batch_dimension_has_a_scalar_label()
    {
        using var vote = EnsembleModel.Load(fixture.Runtime, "\"step\": \"soft-vote\", \"label\": \"label\"", 2, "float64[3]", "label:int64[]");

        Assert.Equal([2], vote.Answer<double>([0.5, 0.2, 0.3], [0, 0.2, 0.8]).Run<long>("label"));
    }

    private EnsembleModel Vote(int members, string step) => EnsembleModel.Load(fixture.Runtime, $"{step}, \"label\": \"label\"", members, "int64[1]", "label:int64[1]");
}
