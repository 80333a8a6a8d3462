using EdgeRunner.Inference.Tests.Sessions;

namespace EdgeRunner.Inference.Tests.Ensembles;

[Collection(SessionTestsCollection.Name)]
public sealed class BoostTests(ModelRuntimeFixture fixture)
{
    [Fact]
    public void Additive_score_is_initial_plus_learning_rate_times_weighted_stages()
    {
        using var boost = EnsembleModel.Load(fixture.Runtime,
            "\"step\": \"boost\", \"method\": \"additive\", \"initial\": [1, -1], \"learningRate\": 0.5, \"weights\": [1, 4], \"scores\": \"s\", \"label\": \"l\"",
            2, "float32[2,2]", "s:float32[2,2]", "l:int64[2]");

        // 1 + 0.5 · (1·2 + 4·1) = 4, and so on.
        Assert.Equal([4, 4, 0.5f, -1], boost.Answer<float>([2, 2, -1, 0], [1, 2, 0, 0]).Run<float>("s"));
        Assert.Equal([0, 0], boost.Read<long>("l")); // 4 and 4 are equal: the lowest.
    }

    [Fact]
    public void Additive_without_members_starts_at_zero_with_rate_one()
    {
        using var boost = EnsembleModel.Load(fixture.Runtime, "\"step\": \"boost\", \"method\": \"additive\", \"scores\": \"s\"", 2, "float32[3,1]", "s:float32[3,1]");

        Assert.Equal([3, 5, 7], boost.Answer<float>([1, 2, 3], [2, 3, 4]).Run<float>("s"));
    }

    [Fact]
    public void Sigmoid_link_gives_both_classes_and_a_score_of_zero_is_class_zero()
    {
        using var boost = EnsembleModel.Load(fixture.Runtime, "\"step\": \"boost\", \"method\": \"additive\", \"link\": \"sigmoid\", \"probabilities\": \"p\", \"label\": \"l\"",
            1, "float32[5,1]", "p:float32[5,2]", "l:int64[5]");

        Assert.Equal([0, 1, 0, 1, -1], boost.Answer<float>([0, 2, -2, 2000, float.NaN]).Run<long>("l"));
        Assert.Equal([0.5f, 0.5f, 0.11920292f, 0.8807971f, 0.8807971f, 0.11920292f, 0, 1, float.NaN, float.NaN], boost.Read<float>("p"));
    }

    [Fact]
    public void Softmax_link_does_not_overflow()
    {
        using var boost = EnsembleModel.Load(fixture.Runtime, "\"step\": \"boost\", \"method\": \"additive\", \"link\": \"softmax\", \"probabilities\": \"p\"",
            2, "float32[2,3]", "p:float32[2,3]");

        var p = boost.Answer<float>([0, 0, 0, 1e30f, 0, 0], [0, 0, 0, 0, 0, 0]).Run<float>("p");

        Assert.Equal([1 / 3f, 1 / 3f, 1 / 3f, 1, 0, 0], p);
    }

    [Fact]
    public void Samme_scores_are_those_of_the_paper_unless_the_coding_says_otherwise()
    {
        // Weights 3, 2, 1 on classes 1, 1, 0 of 3: indicator (1, 5, 0) / 6, symmetric (1 - 5/2, 5 - 1/2, 0 - 6/2) / 6.
        using var symmetric = Samme(3, "", "[1,3]");
        using var indicator = Samme(3, ", \"coding\": \"indicator\"", "[1,3]");

        Assert.Equal([-0.25f, 0.75f, -0.5f], symmetric.Answer<long>([1], [1], [0]).Run<float>("s"));
        Assert.Equal([1 / 6f, 5 / 6f, 0], indicator.Answer<long>([1], [1], [0]).Run<float>("s"));
        Assert.Equal(symmetric.Read<long>("l"), indicator.Read<long>("l"));
        // softmax(score / 2), as in eq. (4) of the paper.
        var e = new[] { -0.25, 0.75, -0.5 }.Select(score => Math.Exp(score / 2)).ToArray();
        Assert.Equal(e.Select(value => (float)(value / e.Sum())), symmetric.Read<float>("p"));
    }

    [Fact]
    public void Samme_of_two_classes_has_one_score()
    {
        using var symmetric = Samme(2, "", "[1,1]");
        using var indicator = Samme(2, ", \"coding\": \"indicator\"", "[1,1]");

        // Weights 3 and 2 for class 1, 1 for class 0.
        Assert.Equal([(float)(8 / 6.0)], symmetric.Answer<long>([1], [1], [0]).Run<float>("s"));
        Assert.Equal([(float)(4 / 6.0)], indicator.Answer<long>([1], [1], [0]).Run<float>("s"));
        Assert.Equal([1], indicator.Read<long>("l"));
        Assert.Equal((float)(1 / (1 + Math.Exp(-4 / 6.0))), indicator.Read<float>("p")[1]);
        // 3 for class 1 against 2 + 1 for class 0: not above 0.
        Assert.Equal([0], symmetric.Answer<long>([1], [0], [0]).Run<long>("l"));
    }

    [Fact]
    public void Samme_stage_that_names_no_class_adds_nothing()
    {
        using var boost = Samme(3, "", "[1,3]");

        Assert.Equal([0.5f, -0.25f, -0.25f], boost.Answer<long>([0], [-1], [9]).Run<float>("s"));
    }

    [Fact]
    public void Samme_r_takes_the_logarithm_of_nothing_below_the_machine_epsilon()
    {
        using var boost = EnsembleModel.Load(fixture.Runtime, "\"step\": \"boost\", \"method\": \"samme-r\", \"scores\": \"s\", \"label\": \"l\"", 1, "float64[2,3]", "s:float64[2,3]", "l:int64[2]");

        var s = boost.Answer<double>([1, 0, 0, double.NaN, 0.5, 0.5]).Run<double>("s");

        // ln 2^-52 = -36.04..., mean over the classes two thirds of it.
        Assert.Equal(2 * (2 / 3.0) * 52 * Math.Log(2), s[0], 10);
        Assert.Equal(-2 * (1 / 3.0) * 52 * Math.Log(2), s[1], 10);
        Assert.Equal([0, -1], boost.Read<long>("l"));
    }

    private EnsembleModel Samme(int classes, string more, string shape) => EnsembleModel.Load(fixture.Runtime,
        $"\"step\": \"boost\", \"method\": \"samme\", \"weights\": [3, 2, 1], \"classes\": {classes}, \"scores\": \"s\", \"label\": \"l\", \"probabilities\": \"p\"{more}",
        3, "int64[1]", $"s:float32{shape}", "l:int64[1]", $"p:float32[1,{classes}]");
}
