using EdgeRunner.Inference.Bundles;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Bundles;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("hots", "host", 1)]
    [InlineData("port", "port", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("ca", "abc", 3)]
    [InlineData("KEEPaliveSecond", "keepAliveSeconds", 1)]
    public void Distance_counts_inserts_deletes_replacements_and_swaps(string a, string b, int expected)
    {
        Assert.Equal(expected, NearestName.Distance(a, b));
        Assert.Equal(expected, NearestName.Distance(b, a));
    }

    [Theory]
    [InlineData("shpae", "shape")]
    [InlineData("LABELS", "labels")]
    [InlineData("intraopthread", "intraOpThreads")]
    [InlineData("elephant", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void Near_name_is_found_and_a_far_one_is_not(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Find(name, ["shape", "labels", "y", "intraOpThreads"]));

    [Fact]
    public void Name_too_long_to_be_compared_has_no_nearest() => Assert.Null(NearestName.Find(new string('a', 129), [new string('a', 129)]));

    [Fact]
    public void Hint_names_the_nearest() => Assert.Equal(" (did you mean \"cuda\"?)", NearestName.Hint("cdua", ["cpu", "cuda"]));

    [Fact]
    public void Distance_is_symmetric_and_between_the_difference_of_the_lengths_and_the_longer_length() =>
        Prop.ForAll<NonNull<string>, NonNull<string>>((a, b) =>
        {
            var (left, right) = (a.Get, b.Get);
            var distance = NearestName.Distance(left, right);
            return NearestName.Distance(left, left) == 0 && distance == NearestName.Distance(right, left)
                && distance >= Math.Abs(left.Length - right.Length) && distance <= Math.Max(left.Length, right.Length);
        }).QuickCheckThrowOnFailure();
}
