using EdgeRunner.Inference.Tests.Sessions;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Ensembles;

/// <summary>What must hold for any members: one model for each property, any number of answers.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class EnsembleProperties(ModelRuntimeFixture fixture)
{
    private const int Members = 5;
    private const int Rows = 3;
    private const int Classes = 4;

    private static readonly double[] Weights = [0.3, 2, 0, 1.7, 0.1];

    /// <summary>Votes, some of which are for no class.</summary>
    private static readonly Arbitrary<long[][]> AnyVotes = Gen.Choose(-1, Classes).Select(label => (long)label).ArrayOf(Rows).ArrayOf(Members).ToArbitrary();

    /// <summary>Multiples of 1/64: their sums are exact, so that equal means are equal in any order.</summary>
    private static readonly Arbitrary<float[][]> AnyScores = Gen.Choose(-8, 8).Select(score => score / 64f).ArrayOf(Rows * Classes).ArrayOf(Members).ToArbitrary();

    [Fact]
    public void Average_of_equal_members_is_the_member()
    {
        using var plain = Average("\"step\": \"average\"", "float32");
        using var weighted = Average($"\"step\": \"weighted-average\", \"weights\": {EnsembleModel.Json(Weights)}", "float32");
        Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat>().Generator.Select(value => (float)value.Get).Where(float.IsFinite).ArrayOf(Rows * Classes).ToArbitrary(), member =>
        {
            var same = Enumerable.Repeat(member, Members);
            return plain.Answer(same).Run<float>("mean").SequenceEqual(member) && weighted.Answer(same).Run<float>("mean").SequenceEqual(member);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Average_lies_between_the_lowest_and_the_highest_member_in_every_float_type()
    {
        using var wide = Average($"\"step\": \"weighted-average\", \"weights\": {EnsembleModel.Json(Weights)}", "float64");
        using var half = Average("\"step\": \"average\"", "float16");
        using var brain = Average("\"step\": \"average\"", "bfloat16");
        Prop.ForAll(AnyScores, scores =>
        {
            var asDouble = scores.Select(member => Array.ConvertAll(member, score => (double)score)).ToArray();
            return IsBetween(asDouble, wide.Answer(asDouble).Run<double>("mean"), 0)
                && IsBetween(asDouble, Array.ConvertAll(half.Answer(scores.Select(member => Array.ConvertAll(member, score => (Half)score))).Run<Half>("mean"), mean => (double)mean), 1e-3)
                && IsBetween(asDouble, Array.ConvertAll(brain.Answer(scores.Select(member => Array.ConvertAll(member, BFloat16))).Run<ushort>("mean"), mean => (double)BitConverter.Int32BitsToSingle(mean << 16)), 1e-2);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Order_of_the_members_does_not_matter_to_means_votes_and_soft_votes()
    {
        using var average = Average("\"step\": \"average\"", "float32");
        using var soft = Soft(", \"tie\": \"none\"");
        using var vote = Vote("\"step\": \"vote\", \"tie\": \"none\"");
        Prop.ForAll(AnyScores, AnyVotes, (scores, votes) =>
            average.Answer(scores).Run<float>("mean").SequenceEqual(average.Answer(Turn(scores)).Run<float>("mean"))
            && soft.Answer(scores).Run<long>("label").SequenceEqual(soft.Answer(Turn(scores)).Run<long>("label"))
            && vote.Answer(votes).Run<long>("label").SequenceEqual(vote.Answer(Turn(votes)).Run<long>("label"))).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("\"tie\": \"lowest-class\"")]
    [InlineData("\"tie\": \"first-member\"")]
    [InlineData("\"tie\": \"none\"")]
    [InlineData("\"rule\": \"majority\"")]
    public void Weighted_vote_with_equal_weights_is_a_vote(string rule)
    {
        using var plain = Vote($"\"step\": \"vote\", {rule}");
        using var weighted = Vote($"\"step\": \"weighted-vote\", {rule}, \"weights\": [0.3, 0.3, 0.3, 0.3, 0.3]");
        Prop.ForAll(AnyVotes, votes => plain.Answer(votes).Run<long>("label").SequenceEqual(weighted.Answer(votes).Run<long>("label"))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Vote_is_what_counting_by_hand_gives()
    {
        using var vote = Vote("\"step\": \"vote\"");
        using var majority = Vote("\"step\": \"vote\", \"rule\": \"majority\"");
        Prop.ForAll(AnyVotes, votes =>
        {
            var (labels, majorities) = (vote.Answer(votes).Run<long>("label"), majority.Answer(votes).Run<long>("label"));
            return Enumerable.Range(0, Rows).All(row =>
            {
                var counted = votes.Select(member => member[row]).Where(label => label is >= 0 and < Classes).GroupBy(label => label)
                    .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).FirstOrDefault();
                return labels[row] == (counted?.Key ?? -1) && majorities[row] == (counted?.Count() > Members / 2.0 ? counted.Key : -1);
            });
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Soft_vote_is_the_average_and_its_highest_column()
    {
        using var average = Average($"\"step\": \"weighted-average\", \"weights\": {EnsembleModel.Json(Weights)}", "float32");
        using var soft = Soft($", \"weights\": {EnsembleModel.Json(Weights)}");
        Prop.ForAll(AnyScores, scores =>
        {
            var (means, labels) = (average.Answer(scores).Run<float>("mean"), soft.Answer(scores).Run<long>("label"));
            return means.SequenceEqual(soft.Read<float>("p"))
                && Enumerable.Range(0, Rows).All(row => means[(int)((row * Classes) + labels[row])] == means.Skip(row * Classes).Take(Classes).Max());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Weights_matter_only_in_their_proportions()
    {
        using var once = Soft($", \"weights\": {EnsembleModel.Json(Weights)}");
        using var more = Soft($", \"weights\": {EnsembleModel.Json(Weights.Select(weight => weight * 1024))}");
        Prop.ForAll(AnyScores, scores => once.Answer(scores).Run<float>("p").SequenceEqual(more.Answer(scores).Run<float>("p"))
            && once.Read<long>("label").SequenceEqual(more.Read<long>("label"))).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("symmetric")]
    [InlineData("indicator")]
    public void Samme_picks_who_wins_the_weighted_vote(string coding)
    {
        using var vote = Vote("\"step\": \"weighted-vote\", \"weights\": [3, 2, 1, 2, 5], \"undecided\": 0");
        using var samme = EnsembleModel.Load(fixture.Runtime,
            $"\"step\": \"boost\", \"method\": \"samme\", \"weights\": [3, 2, 1, 2, 5], \"coding\": \"{coding}\", \"classes\": {Classes}, \"label\": \"label\", \"probabilities\": \"p\"",
            Members, $"int64[{Rows}]", $"label:int64[{Rows}]", $"p:float32[{Rows},{Classes}]");
        Prop.ForAll(AnyVotes, votes => vote.Answer(votes).Run<long>("label").SequenceEqual(samme.Answer(votes).Run<long>("label"))
            && Enumerable.Range(0, Rows).All(row => Math.Abs(samme.Read<float>("p").Skip(row * Classes).Take(Classes).Sum() - 1) < 1e-6)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Additive_boost_is_a_scaled_average_moved_by_the_initial_score()
    {
        using var average = Average("\"step\": \"average\"", "float32");
        using var boost = EnsembleModel.Load(fixture.Runtime,
            "\"step\": \"boost\", \"method\": \"additive\", \"learningRate\": 0.25, \"initial\": [1, 2, 3, 4], \"link\": \"softmax\", \"scores\": \"s\", \"probabilities\": \"p\"",
            Members, $"float32[{Rows},{Classes}]", $"s:float32[{Rows},{Classes}]", $"p:float32[{Rows},{Classes}]");
        Prop.ForAll(AnyScores, scores =>
        {
            var (means, found) = (average.Answer(scores).Run<float>("mean"), boost.Answer(scores).Run<float>("s"));
            return Enumerable.Range(0, found.Length).All(i => Math.Abs(found[i] - ((i % Classes) + 1 + (0.25 * Members * means[i]))) < 1e-6)
                && Enumerable.Range(0, Rows).All(row => Math.Abs(boost.Read<float>("p").Skip(row * Classes).Take(Classes).Sum() - 1) < 1e-6);
        }).QuickCheckThrowOnFailure();
    }

    private EnsembleModel Average(string step, string type) =>
        EnsembleModel.Load(fixture.Runtime, $"{step}, \"output\": \"mean\"", Members, $"{type}[{Rows},{Classes}]", $"mean:{type}[{Rows},{Classes}]");

    private EnsembleModel Soft(string more) => EnsembleModel.Load(fixture.Runtime, $"\"step\": \"soft-vote\", \"label\": \"label\", \"probabilities\": \"p\"{more}",
        Members, $"float32[{Rows},{Classes}]", $"label:int64[{Rows}]", $"p:float32[{Rows},{Classes}]");

    private EnsembleModel Vote(string step) =>
        EnsembleModel.Load(fixture.Runtime, $"{step}, \"classes\": {Classes}, \"label\": \"label\"", Members, $"int64[{Rows}]", $"label:int64[{Rows}]");

    private static bool IsBetween(double[][] members, double[] means, double tolerance) => means.Select((mean, i) => (mean, i)).All(pair =>
        pair.mean >= members.Min(member => member[pair.i]) - tolerance - 1e-12 && pair.mean <= members.Max(member => member[pair.i]) + tolerance + 1e-12);

    /// <summary>Exact for the scores used here: they have 6 bits.</summary>
    private static ushort BFloat16(float value) => (ushort)(BitConverter.SingleToInt32Bits(value) >> 16);

    private static IEnumerable<T> Turn<T>(IEnumerable<T> members) => members.Reverse();
}
