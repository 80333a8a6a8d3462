using EdgeRunner.Fleet.Commands;

namespace EdgeRunner.Fleet.Tests.Commands;

public sealed class NearestNamesTests
{
    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("vision", "vision", 0)]
    [InlineData("Vision", "vision", 0)]
    [InlineData("visoin", "vision", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_what_a_typist_gets_wrong(string a, string b, int distance)
    {
        Assert.Equal(distance, NearestNames.Distance(a, b));
        Assert.Equal(distance, NearestNames.Distance(b, a));
    }

    [Fact]
    public void Only_near_names_are_suggested_and_the_nearest_first()
    {
        Assert.Equal("Did you mean vision-b or vision-c? ", NearestNames.Hint("vision-a", ["speech", "vision-c", "vision-b"]));
        Assert.Equal("", NearestNames.Hint("x", ["speech"]));
    }
}
